//! Two of each server behind the gateway on real stores: two of common share the outbox, two of admin the crawls, and it does not
//! matter whom the gateway asks.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails where it stands")]

mod processes;
mod real_stores;
mod site;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use futures::future::join_all;
use processes::{Processes, SERVERS, Setup};
use real_stores::RealStores;
use serde_json::{Value, json};
use site::Site;
use stores::params;

const PAGES: usize = 40;
/// How soon the index must equal the database once nobody writes.
const SOON: Duration = Duration::from_secs(30);

const INGEST: &str = "mutation($key: String!, $input: IngestDocumentInput!) {
    ingestDocument(idempotencyKey: $key, input: $input) { ... on IngestDocumentSuccess { documentId } } }";

async fn start() -> (RealStores, Processes) {
    let stores = RealStores::start().await;
    let folder = tempfile::tempdir().unwrap();
    stores.seed(&folder.path().join("data"), 30).await;
    let keys = json!({ "sealing_secret": "the same for every replica of auth, 0123456789" });
    let links = json!({ "secret": "the same for every replica of admin, 0123456789" });
    let setup = Setup {
        replicas: SERVERS.map(|server| (server, 2)).into(),
        stores: stores.settings(&stores.places()),
        more: [("auth", json!({ "keys": keys })), ("admin", json!({ "links": links }))].into(),
        ..Setup::default()
    };
    (stores, Processes::start_on(folder, setup).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_of_each_work_as_one() {
    let (stores, processes) = start().await;
    let token = processes.token("admin", "administrator-demo").await;
    a_session_goes_on_elsewhere(&processes).await;
    one_key_sent_to_both_makes_one_document(&stores, &processes, &token).await;
    an_index_is_rebuilt_by_one_while_the_other_writes(&stores, &processes, &token).await;
    a_crawl_is_followed_to_its_end_from_either(&stores, &processes, &token).await;
}

async fn a_session_goes_on_elsewhere(processes: &Processes) {
    let login =
        "mutation { login(input: { email: \"operator@knlab.example\", password: \"operator-demo\" }) {
        ... on LoginSuccess { refreshToken } } }";
    let refresh = "mutation($token: String!) { refresh(refreshToken: $token) { ... on RefreshSuccess { accessToken } } }";
    let begun = processes.ask_replica("auth", None, login, json!({})).await;
    let old = json!({ "token": begun["data"]["login"]["refreshToken"] });
    let renewed = processes.ask_replica("auth-2", None, refresh, old).await;
    let token = renewed["data"]["refresh"]["accessToken"].as_str().unwrap_or_else(|| panic!("{renewed}"));
    for _ in 0..4 {
        let me = processes.ask(Some(token), "{ me { email } }", json!({})).await;
        assert_eq!(me["data"]["me"]["email"], json!("operator@knlab.example"), "{me}");
    }
}

fn document(title: &str) -> Value {
    json!({ "key": title, "input": { "collection": "POLITICA", "title": title, "body": "둘이 함께 쓴다.", "language": "ko",
                                     "publishedAt": "2026-03-02T00:00:00Z" } })
}

/// The id of the document that a replica took in.
async fn ingest(processes: &Processes, replica: &str, token: &str, title: &str) -> String {
    let answer = processes.ask_replica(replica, Some(token), INGEST, document(title)).await;
    let id = answer["data"]["ingestDocument"]["documentId"].as_str();
    id.unwrap_or_else(|| panic!("{replica}: {answer}")).to_owned()
}

async fn one_key_sent_to_both_makes_one_document(stores: &RealStores, processes: &Processes, token: &str) {
    let both = (0..60).map(|number| async move {
        let title = format!("함께 {number}");
        let one = ingest(processes, "common", token, &title);
        let (one, other) = tokio::join!(one, ingest(processes, "common-2", token, &title));
        assert_eq!(one, other, "{title}");
        one
    });
    let ids: BTreeSet<String> = join_all(both).await.into_iter().collect();
    assert_eq!(ids.len(), 60);
    assert_eq!(counted(stores, "함께 %").await, 60, "each document once");
    converged(stores).await;
}

async fn an_index_is_rebuilt_by_one_while_the_other_writes(
    stores: &RealStores,
    processes: &Processes,
    token: &str,
) {
    let reindex = "mutation { reindex(collection: POLITICA) { ... on ReindexStarted { reindex { id } } } }";
    let begun = processes.ask_replica("common", Some(token), reindex, json!({})).await;
    let id = begun["data"]["reindex"]["reindex"]["id"].clone();
    let run = "query($id: ID!) { reindexRun(id: $id) { state } }";
    let (mut written, begin) = (0, Instant::now());
    let state = loop {
        ingest(processes, "common-2", token, &format!("지으며 {written}")).await;
        written += 1;
        let told = processes.ask_replica("common-2", Some(token), run, json!({ "id": id })).await;
        let state = told["data"]["reindexRun"]["state"].clone();
        if state != json!("RUNNING") {
            break state;
        }
        assert!(begin.elapsed() < Duration::from_secs(60), "{told}");
    };
    assert_eq!(state, json!("PUBLISHED"), "{begun}");
    assert_eq!(counted(stores, "지으며 %").await, written);
    converged(stores).await;
}

async fn a_crawl_is_followed_to_its_end_from_either(stores: &RealStores, processes: &Processes, token: &str) {
    let site = Site::start(PAGES).await;
    let create = "mutation($input: CrawlSourceInput!) { createCrawlSource(input: $input) {
        ... on CrawlSourceSaved { source { id } } } }";
    let input = json!({ "input": {
        "name": "둘이 함께", "startUrl": site.url(), "collection": "POLITICA", "allowPrivateHosts": true,
        "delayMs": 0, "maxPages": 1000, "maxDepth": 3,
    } });
    let created = processes.ask(Some(token), create, input).await;
    let start = "mutation($source: ID!) { startCrawl(sourceId: $source, idempotencyKey: \"both\") {
        ... on CrawlStarted { run { id } } } }";
    let source = created["data"]["createCrawlSource"]["source"]["id"].clone();
    let started = processes.ask(Some(token), start, json!({ "source": source })).await;
    let run = started["data"]["startCrawl"]["run"]["id"].clone();
    for replica in ["admin", "admin-2", "gateway"] {
        let last = followed(processes, replica, token, &run).await;
        assert_eq!(last["run"]["status"], json!("SUCCEEDED"), "{replica}: {last}");
        assert_eq!(last["counts"], json!({ "done": PAGES, "failed": 0 }), "{replica}");
    }
    assert_eq!(site.fetched_more_than(1), Vec::<String>::new(), "nobody disturbed them");
    assert_eq!(counted(stores, "정책 자료 %").await, PAGES as i64);
    converged(stores).await;
}

/// The last event of a subscription to a crawl's progress.
async fn followed(processes: &Processes, replica: &str, token: &str, run: &Value) -> Value {
    let query =
        "subscription($run: ID!) { crawlProgress(runId: $run) { counts { done failed } run { status } } }";
    let request = processes.client.post(format!("{}/graphql", processes.url_of(replica)));
    let request = Processes::as_gateway(request).bearer_auth(token).header("accept", "text/event-stream");
    let body = json!({ "query": query, "variables": { "run": run } });
    let text = request.json(&body).send().await.unwrap().text().await.unwrap();
    let events = text.lines().filter_map(|line| line.strip_prefix("data:"));
    let mut events = events.filter_map(|data| serde_json::from_str::<Value>(data.trim()).ok());
    let last = events.rfind(|event| event["data"].is_object());
    last.unwrap_or_else(|| panic!("{replica}: {text}"))["data"]["crawlProgress"].clone()
}

async fn counted(stores: &RealStores, titles: &str) -> i64 {
    let sql = "SELECT COUNT(*) AS n FROM documents WHERE title LIKE ?";
    stores.document_meta().query(sql, params![titles]).await.unwrap()[0].int("n").unwrap()
}

async fn converged(stores: &RealStores) {
    let begin = Instant::now();
    while !matches!(stores.is_index_equal().await, Ok(true)) {
        assert!(begin.elapsed() < SOON, "the index differs from the database");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let waiting = stores.document_meta().query("SELECT COUNT(*) AS n FROM outbox", &[]).await.unwrap();
    assert_eq!(waiting[0].int("n").unwrap(), 0, "entries wait in the outbox");
}
