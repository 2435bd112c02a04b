//! Two of each server behind the gateway: what one began the other goes on with, and work that they share is done once.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails where it stands")]

mod processes;
mod site;

use std::time::{Duration, Instant};

use processes::{Processes, Setup};
use serde_json::{Value, json};
use site::Site;

const PAGES: usize = 40;

/// Two of each, as far as the stores allow: only one process may write embedded indexes.
fn setup() -> Setup {
    Setup {
        replicas: [("auth", 2), ("admin", 2), ("document", 2)].into(),
        more: [
            (
                "auth",
                json!({
                    "keys": { "sealing_secret": "the same for every replica of auth, 0123456789" },
                    // An old refresh token is a thief's at once, so that the test need not wait.
                    "lifetimes": { "refresh_grace_seconds": 0 },
                }),
            ),
            ("admin", json!({ "links": { "secret": "the same for every replica of admin, 0123456789" } })),
        ]
        .into(),
        ..Setup::default()
    }
}

const LOGIN: &str =
    "mutation { login(input: { email: \"operator@knlab.example\", password: \"operator-demo\" }) {
    __typename ... on LoginSuccess { accessToken refreshToken } } }";
const REFRESH: &str = "mutation($token: String!) { refresh(refreshToken: $token) {
    __typename ... on RefreshSuccess { accessToken refreshToken } } }";
const LOGOUT: &str = "mutation($token: String!) { logout(refreshToken: $token) { endedSessions } }";

/// A mutation's payload, asked of one replica.
async fn payload(
    processes: &Processes,
    replica: &str,
    token: Option<&str>,
    query: &str,
    variables: Value,
) -> Value {
    let answer = processes.ask_replica(replica, token, query, variables).await;
    let fields = answer["data"].as_object().unwrap_or_else(|| panic!("{replica}: {answer}"));
    fields.values().next().unwrap().clone()
}

fn text(payload: &Value, field: &str) -> String {
    payload[field].as_str().unwrap_or_else(|| panic!("no {field}: {payload}")).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_keys_and_uploads_are_the_same_on_every_replica() {
    let processes = Processes::start_with(20, setup()).await;
    a_session_goes_on_elsewhere(&processes).await;
    one_of_many_refreshes_succeeds_wherever_they_arrive(&processes).await;
    a_refresh_token_used_twice_ends_the_session_everywhere(&processes).await;
    api_keys_hold_everywhere(&processes).await;
    an_upload_begun_on_one_is_completed_on_the_other(&processes).await;
    new_signing_keys_are_seen_everywhere(&processes).await;
}

async fn a_session_goes_on_elsewhere(processes: &Processes) {
    let begun = payload(processes, "auth", None, LOGIN, json!({})).await;
    let refresh = json!({ "token": text(&begun, "refreshToken") });
    let renewed = payload(processes, "auth-2", None, REFRESH, refresh).await;
    let token = text(&renewed, "accessToken");
    let me = processes.ask(Some(&token), "{ me { email } }", json!({})).await;
    assert_eq!(me["data"]["me"]["email"], json!("operator@knlab.example"), "{me}");

    let last = json!({ "token": text(&renewed, "refreshToken") });
    let ended = payload(processes, "auth", None, LOGOUT, last.clone()).await;
    assert_eq!(ended["endedSessions"], json!(1));
    let refused = payload(processes, "auth-2", None, REFRESH, last).await;
    assert_eq!(refused["__typename"], json!("InvalidRefreshToken"), "{refused}");
}

async fn one_of_many_refreshes_succeeds_wherever_they_arrive(processes: &Processes) {
    let begun = payload(processes, "auth", None, LOGIN, json!({})).await;
    let refresh = json!({ "token": text(&begun, "refreshToken") });
    let tries = (0..20).map(|number| {
        let replica = if number % 2 == 0 { "auth" } else { "auth-2" };
        payload(processes, replica, None, REFRESH, refresh.clone())
    });
    let answers = futures::future::join_all(tries).await;
    let succeeded = answers.iter().filter(|answer| answer["__typename"] == json!("RefreshSuccess")).count();
    assert_eq!(succeeded, 1, "{answers:?}");
}

async fn a_refresh_token_used_twice_ends_the_session_everywhere(processes: &Processes) {
    let begun = payload(processes, "auth", None, LOGIN, json!({})).await;
    let stolen = json!({ "token": text(&begun, "refreshToken") });
    let renewed = payload(processes, "auth", None, REFRESH, stolen.clone()).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    let thief = payload(processes, "auth-2", None, REFRESH, stolen).await;
    assert_eq!(thief["__typename"], json!("RefreshTokenReused"), "{thief}");
    let owner = json!({ "token": text(&renewed, "refreshToken") });
    let owner = payload(processes, "auth", None, REFRESH, owner).await;
    assert_ne!(owner["__typename"], json!("RefreshSuccess"), "the session is over: {owner}");
}

async fn api_keys_hold_everywhere(processes: &Processes) {
    let token = processes.token("reader", "reader-demo").await;
    let create = "mutation { createApiKey(input: { name: \"script\" }) {
        ... on ApiKeyCreated { secret apiKey { id } } } }";
    let made = payload(processes, "auth", Some(&token), create, json!({})).await;
    let exchange = "mutation($key: String!) { exchangeApiKey(apiKey: $key) {
        __typename ... on ApiKeyExchanged { accessToken } } }";
    let key = json!({ "key": text(&made, "secret") });
    let exchanged = payload(processes, "auth-2", None, exchange, key.clone()).await;
    let acting = text(&exchanged, "accessToken");
    let me = processes.ask(Some(&acting), "{ me { email } }", json!({})).await;
    assert_eq!(me["data"]["me"]["email"], json!("reader@knlab.example"), "{me}");
    let revoke = "mutation($id: ID!) { revokeApiKey(id: $id) { __typename } }";
    payload(processes, "auth-2", Some(&token), revoke, json!({ "id": made["apiKey"]["id"] })).await;
    let refused = payload(processes, "auth", None, exchange, key).await;
    assert_eq!(refused["__typename"], json!("InvalidApiKey"), "{refused}");
}

async fn an_upload_begun_on_one_is_completed_on_the_other(processes: &Processes) {
    let token = processes.token("operator", "operator-demo").await;
    let begin = "mutation { createUpload(input: { name: \"two replicas.txt\" }) {
        ... on UploadTicket { id uploadUrl } } }";
    let ticket = payload(processes, "admin", Some(&token), begin, json!({})).await;
    let content = "begun on one, completed on the other";
    let url = format!("{}{}", processes.url_of("admin-2"), text(&ticket, "uploadUrl"));
    let put = Processes::as_gateway(processes.client.put(url)).body(content).send().await.unwrap();
    assert!(put.status().is_success(), "{put:?}");
    let complete = "mutation($id: ID!, $hash: String!) { completeUpload(id: $id, sha256: $hash) {
        __typename ... on UploadCompleted { file { downloadUrl } } } }";
    let wrong = json!({ "id": ticket["id"], "hash": site::sha256("something else") });
    let refused = payload(processes, "admin", Some(&token), complete, wrong).await;
    assert_eq!(refused["__typename"], json!("UploadMismatch"), "{refused}");
    let right = json!({ "id": ticket["id"], "hash": site::sha256(content) });
    let done = payload(processes, "admin-2", Some(&token), complete, right).await;
    let link = text(&done["file"], "downloadUrl");
    for replica in ["admin", "admin-2", "gateway"] {
        let url = format!("{}{link}", processes.url_of(replica));
        let got =
            Processes::as_gateway(processes.client.get(url)).send().await.unwrap().text().await.unwrap();
        assert_eq!(got, content, "{replica}");
    }
}

async fn new_signing_keys_are_seen_everywhere(processes: &Processes) {
    let token = processes.token("admin", "administrator-demo").await;
    let rotate = "mutation { rotateSigningKeys { signingKeys { id } } }";
    let made = payload(processes, "auth", Some(&token), rotate, json!({})).await;
    let ids: Vec<&str> =
        made["signingKeys"].as_array().unwrap().iter().map(|key| key["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 2);
    let list = payload(processes, "auth-2", Some(&token), "{ signingKeys { id } }", json!({})).await;
    assert_eq!(list, made["signingKeys"], "the other replica lists the new key at once");
    let begin = Instant::now();
    loop {
        let url = format!("{}/.well-known/jwks.json", processes.url_of("auth-2"));
        let set: Value = processes.client.get(url).send().await.unwrap().json().await.unwrap();
        let published: Vec<&str> =
            set["keys"].as_array().unwrap().iter().filter_map(|key| key["kid"].as_str()).collect();
        if ids.iter().all(|id| published.contains(id)) {
            return;
        }
        assert!(begin.elapsed() < Duration::from_secs(40), "auth-2 publishes {published:?}, not {ids:?}");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_admin_workers_fetch_every_page_once_and_a_killed_ones_run_is_taken_over() {
    let site = Site::start(PAGES).await;
    let mut processes = Processes::start_with(20, setup()).await;
    let token = processes.token("admin", "administrator-demo").await;

    let run = start(&processes, &token, &site, "undisturbed").await;
    let counts = ended(&processes, &token, &run).await;
    assert_eq!((&counts["done"], &counts["failed"]), (&json!(PAGES), &json!(0)), "{counts}");
    assert_eq!(site.fetched_more_than(1), Vec::<String>::new(), "nobody disturbed them");

    let second = Site::start(PAGES).await;
    let run = start(&processes, &token, &second, "killed").await;
    while second.fetched() < PAGES / 4 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let worker = worker(&processes, &run);
    processes.kill(worker);
    let begin = Instant::now();
    let counts = ended(&processes, &token, &run).await;
    assert_eq!((&counts["done"], &counts["failed"]), (&json!(PAGES), &json!(0)), "{counts}");
    println!("{worker} was killed; the other one had ended the run after {:?}", begin.elapsed());
    assert_eq!(second.fetched_more_than(2), Vec::<String>::new(), "only what was under way is fetched again");
    assert!(second.fetched_more_than(1).len() <= 2, "{:?}", second.fetched_more_than(1));
}

/// Which of the two works on the run, by its log.
fn worker(processes: &Processes, run: &str) -> &'static str {
    let is_at_work = |name: &str| {
        let log = processes.log(name);
        log.lines().any(|line| line.contains("working on a run") && line.contains(run))
    };
    ["admin", "admin-2"].iter().find(|name| is_at_work(name)).unwrap()
}

async fn start(processes: &Processes, token: &str, site: &Site, key: &str) -> String {
    let create = "mutation($input: CrawlSourceInput!) { createCrawlSource(input: $input) {
        __typename ... on CrawlSourceSaved { source { id } } ... on InvalidCrawlSource { field message } } }";
    let input = json!({ "input": {
        "name": format!("시험 사이트 {key}"), "startUrl": site.url(), "collection": "POLITICA",
        "allowPrivateHosts": true, "delayMs": 0, "maxPages": 1000, "maxDepth": 3,
    } });
    let created = processes.ask(Some(token), create, input).await;
    let source =
        created["data"]["createCrawlSource"]["source"]["id"].as_str().unwrap_or_else(|| panic!("{created}"));
    let start =
        "mutation($source: ID!, $key: String!) { startCrawl(sourceId: $source, idempotencyKey: $key) {
        __typename ... on CrawlStarted { run { id } } } }";
    let started = processes.ask(Some(token), start, json!({ "source": source, "key": key })).await;
    started["data"]["startCrawl"]["run"]["id"].as_str().unwrap_or_else(|| panic!("{started}")).to_owned()
}

/// Follows the run's progress through the gateway, from whichever replica it chooses, to its end; the last counts.
async fn ended(processes: &Processes, token: &str, run: &str) -> Value {
    let query = "subscription($run: ID!) { crawlProgress(runId: $run) {
        counts { total done failed } run { status source { category { name } } } } }";
    let begin = Instant::now();
    loop {
        let request = processes.client.post(format!("{}/graphql", processes.url()));
        let request = request.bearer_auth(token).header("accept", "text/event-stream");
        let body = json!({ "query": query, "variables": { "run": run } });
        let answer = request.json(&body).send().await.unwrap();
        let text = answer.text().await.unwrap();
        let events = text.lines().filter_map(|line| line.strip_prefix("data:"));
        let mut events = events.filter_map(|data| serde_json::from_str::<Value>(data.trim()).ok());
        let last = events.rfind(|event| event["data"].is_object());
        let progress = last.map(|event| event["data"]["crawlProgress"].clone()).unwrap_or_default();
        if progress["run"]["status"] == json!("SUCCEEDED") {
            return progress["counts"].clone();
        }
        // The replica that told it was killed: a client subscribes again.
        assert!(begin.elapsed() < Duration::from_secs(60), "{text}\n{}", processes.log("admin"));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
