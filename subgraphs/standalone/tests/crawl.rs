//! A crawl ends with every page once, however often admin and common are killed while it runs.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails where it stands")]

mod processes;

use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Path;
use axum::response::Html;
use axum::routing::get;
use processes::Processes;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

const PAGES: usize = 100;
const KILLS: usize = 10;

/// A word that stands on one page only; Latin letters, so that it is one token.
fn word(page: usize) -> String {
    format!(
        "zqpage{}x",
        page.to_string().chars().map(|digit| char::from(b'a' + digit as u8 - b'0')).collect::<String>()
    )
}

/// A site whose start page links to all others.
async fn site() -> String {
    let links: String =
        (0..PAGES).map(|page| format!("<li><a href='/page/{page}'>문서 {page}</a></li>")).collect();
    let start = format!(
        "<html lang=ko><head><title>목록</title><meta name=robots content=noindex></head><body><ul>{links}</ul></body></html>"
    );
    let page = async |Path(page): Path<usize>| {
        // Slow enough for a kill to come in between.
        tokio::time::sleep(Duration::from_millis(60)).await;
        Html(format!(
            "<html lang=ko><head><title>정책 자료 {page}</title></head><body><article><h1>정책 자료 {page}</h1>\
             <p>2026년 3월 2일</p><p>이 문서의 표지는 {} 이다. 정부는 새로운 정책을 단계적으로 추진한다.</p></article></body></html>",
            word(page)
        ))
    };
    let router = Router::new()
        .route("/", get(async move || Html(start)))
        .route("/robots.txt", get(async || "User-agent: *\nAllow: /\n"))
        .route("/page/{page}", get(page));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}/")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_found_once_after_kills_of_admin_and_common() {
    let seed: u64 = std::env::var("KNLAB_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(7);
    println!("KNLAB_TEST_SEED={seed}");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let start_url = site().await;
    let mut processes = Processes::start(20).await;
    let run = start_crawl(&processes, &start_url).await;

    let token = processes.token("admin", "administrator-demo").await;
    for kill in 0..KILLS {
        // Only a worker at work can lose or double a page: wait until the one after the last kill has gone on.
        progress(&processes, &token, &run, kill).await;
        tokio::time::sleep(Duration::from_millis(random.random_range(0..300))).await;
        let victim = if random.random_bool(0.7) { "admin" } else { "common" };
        processes.kill(victim);
        tokio::time::sleep(Duration::from_millis(random.random_range(0..300))).await;
        processes.spawn(victim);
        processes.ready(victim).await;
    }
    let counts = finished(&processes, &token, &run).await;
    assert_eq!(counts["failed"], json!(0), "{counts}");
    assert_eq!(counts["done"], json!(PAGES), "{counts}");
    for page in 0..PAGES {
        let found = found(&processes, &token, &word(page)).await;
        assert_eq!(found.len(), 1, "page {page} is found {} times: {found:?}", found.len());
        assert_eq!(found[0]["node"]["title"], json!(format!("정책 자료 {page}")));
        assert!(found[0]["node"]["originalFile"]["size"].is_number(), "{:?}", found[0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_is_a_subscription_whose_events_are_completed_by_other_servers() {
    let start_url = site().await;
    let processes = Processes::start(20).await;
    let run = start_crawl(&processes, &start_url).await;
    let token = processes.token("admin", "administrator-demo").await;
    let query = "subscription($run: ID!) { crawlProgress(runId: $run) {
        counts { total done } run { status startedBy { email } source { name category { name } } } } }";
    let mut answer = processes
        .client
        .post(format!("{}/graphql", processes.url()))
        .bearer_auth(&token)
        .header("accept", "text/event-stream")
        .json(&json!({ "query": query, "variables": { "run": run } }))
        .send()
        .await
        .unwrap();
    let mut text = String::new();
    while let Some(chunk) = answer.chunk().await.unwrap() {
        text.push_str(&String::from_utf8_lossy(&chunk));
    }
    let events: Vec<Value> = text
        .lines()
        .filter_map(|line| line.strip_prefix("data:"))
        .filter_map(|data| serde_json::from_str(data.trim()).ok())
        .filter(|event: &Value| event.get("data").is_some())
        .collect();
    assert!(events.len() >= 2, "{text}");
    assert!(events.iter().all(|event| event.get("errors").is_none()), "{text}");
    let last = &events[events.len() - 1]["data"]["crawlProgress"];
    assert_eq!(last["run"]["status"], json!("SUCCEEDED"), "{text}");
    assert_eq!(last["counts"]["done"], json!(PAGES), "{text}");
    assert_eq!(
        last["run"]["startedBy"]["email"],
        json!("admin@knlab.example"),
        "auth completes the event: {text}"
    );
    assert!(text.contains("event: complete"), "{text}");
}

async fn start_crawl(processes: &Processes, start_url: &str) -> String {
    let token = processes.token("admin", "administrator-demo").await;
    let create = "mutation($input: CrawlSourceInput!) { createCrawlSource(input: $input) {
        __typename ... on CrawlSourceSaved { source { id } } ... on InvalidCrawlSource { field message } } }";
    let input = json!({ "input": {
        "name": "시험 사이트", "startUrl": start_url, "collection": "POLITICA", "allowPrivateHosts": true,
        "delayMs": 0, "maxPages": 1000, "maxDepth": 3,
    } });
    let created = processes.ask(Some(&token), create, input).await;
    let source =
        created["data"]["createCrawlSource"]["source"]["id"].as_str().unwrap_or_else(|| panic!("{created}"));
    let start = "mutation($source: ID!) { startCrawl(sourceId: $source, idempotencyKey: \"kills\") {
        __typename ... on CrawlStarted { run { id } } } }";
    let started = processes.ask(Some(&token), start, json!({ "source": source })).await;
    started["data"]["startCrawl"]["run"]["id"].as_str().unwrap_or_else(|| panic!("{started}")).to_owned()
}

/// Waits until the running crawl has ended two more pages than when it was called.
async fn progress(processes: &Processes, token: &str, run: &str, kill: usize) {
    let query = "query($run: ID!) { crawlRun(id: $run) { status counts { done } } }";
    let begin = Instant::now();
    let mut first = None;
    loop {
        let answer = processes.ask(Some(token), query, json!({ "run": run })).await;
        let run = &answer["data"]["crawlRun"];
        assert_ne!(run["status"], json!("SUCCEEDED"), "the crawl ended before kill {kill} of {KILLS}");
        let done = run["counts"]["done"].as_u64();
        if done.is_some_and(|done| done >= *first.get_or_insert(done) + 2) {
            return;
        }
        assert!(begin.elapsed() < Duration::from_secs(30), "no progress before kill {kill}: {answer}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn finished(processes: &Processes, token: &str, run: &str) -> Value {
    let query = "query($run: ID!) { crawlRun(id: $run) { status counts { discovered stored done skipped failed total } } }";
    let begin = Instant::now();
    loop {
        let answer = processes.ask(Some(token), query, json!({ "run": run })).await;
        let run = &answer["data"]["crawlRun"];
        if run["status"] == json!("SUCCEEDED") {
            return run["counts"].clone();
        }
        assert!(begin.elapsed() < Duration::from_secs(120), "{answer}\nadmin:\n{}", processes.log("admin"));
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// The hits for a word, once the index has caught up.
async fn found(processes: &Processes, token: &str, word: &str) -> Vec<Value> {
    let query = "query($text: String!) { search(text: $text, first: 5) { edges { node { id title originalFile { size } } } } }";
    let begin = Instant::now();
    loop {
        let answer = processes.ask(Some(token), query, json!({ "text": word })).await;
        let edges = answer["data"]["search"]["edges"].as_array().cloned().unwrap_or_default();
        if !edges.is_empty() || begin.elapsed() > Duration::from_secs(30) {
            return edges;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
