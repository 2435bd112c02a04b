//! The real program killed with SIGKILL at seeded moments while documents stream in, and started again: each document once.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use stores::search::open_reader;
use test_stores::{SearchServer, TestStores};

use crate::world::INGEST;

const ROUNDS: u64 = 6;
const EACH: u64 = 40;

/// The stores of the program.
struct Place {
    of_the_test: TestStores,
    search: Option<SearchServer>,
}

struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A port that was free a moment ago.
fn free_address() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

async fn start(place: &Place, address: SocketAddr, client: &reqwest::Client) -> Program {
    let config = place.of_the_test.folder().join("common.yaml");
    let text = json!({
        "server": { "listen": address, "data": place.of_the_test.folder(), "callers": { "admin": "admins-secret" } },
        "indexer": { "lease_seconds": 1 },
        "stores": {
            "document_meta": place.of_the_test.database_settings("document_meta").await,
            "common": place.of_the_test.database_settings("common").await,
            "search": place.search.as_ref().map(SearchServer::settings),
        },
    });
    // JSON is YAML.
    std::fs::write(&config, text.to_string()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_common"));
    command.arg("--config").arg(&config).env("RUST_LOG", "warn").stderr(Stdio::null());
    let program = Program(command.spawn().unwrap());
    for _ in 0..2_000 {
        let ready = client.get(format!("http://{address}/health/ready")).send().await;
        if ready.is_ok_and(|answer| answer.status().is_success()) {
            return program;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the program does not become ready");
}

async fn ingest(client: &reqwest::Client, address: SocketAddr, number: u64) -> Option<Value> {
    let input = json!({ "collection": "POLITICA", "title": format!("문서 {number}"), "body": "본문", "language": "ko",
                        "publishedAt": "2026-05-01T00:00:00Z" });
    let body = json!({ "query": INGEST, "variables": { "input": input, "key": format!("page {number}") } });
    let request = client
        .post(format!("http://{address}/graphql"))
        .header("content-type", "application/json")
        .header("x-knlab-caller", "admin")
        .header("x-knlab-credential", "admins-secret")
        .body(body.to_string());
    let answer: Value = serde_json::from_slice(&request.send().await.ok()?.bytes().await.ok()?).ok()?;
    Some(answer["data"]["ingestDocument"].clone())
        .filter(|payload| payload["__typename"] == "IngestDocumentSuccess")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_killed_while_documents_stream_in_has_each_once() {
    let of_the_test = TestStores::new();
    let search = of_the_test.search_server();
    let place = Place { of_the_test, search };
    let client = reqwest::Client::new();
    let mut answered: BTreeMap<u64, Value> = BTreeMap::new();
    for round in 0..ROUNDS {
        let address = free_address();
        let mut program = start(&place, address, &client).await;
        let moment = Duration::from_millis(20 + (round * 7_919 + 104_729) % 400);
        let killer = tokio::time::sleep(moment);
        let stream = async {
            for number in 0..(round + 1) * EACH {
                let Some(payload) = ingest(&client, address, number).await else { return };
                let before = answered.entry(number).or_insert_with(|| payload.clone());
                assert_eq!(*before, payload, "the same request got another answer after a kill");
            }
        };
        tokio::select! { () = killer => {}, () = stream => {} }
        program.0.kill().unwrap();
    }

    let address = free_address();
    let program = start(&place, address, &client).await;
    for number in 0..ROUNDS * EACH {
        let payload = ingest(&client, address, number).await.unwrap();
        let before = answered.entry(number).or_insert_with(|| payload.clone());
        assert_eq!(*before, payload);
    }
    assert_index_equals_database(&place).await;
    drop(program);
}

async fn assert_index_equals_database(place: &Place) {
    let data = place.of_the_test.folder();
    let database = place.of_the_test.database("document_meta").await;
    let engine = place.search.as_ref().map(SearchServer::connection);
    let index = open_reader(engine, &data.join("search")).unwrap();
    let mut waited = 0;
    while !database.query("SELECT 1 FROM outbox LIMIT 1", &[]).await.unwrap().is_empty() {
        assert!(waited < 3_000, "the outbox does not empty");
        waited += 1;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let rows = database.query("SELECT id, version FROM documents", &[]).await.unwrap();
    let rows: BTreeMap<String, i64> =
        rows.iter().map(|row| (row.text("id").unwrap(), row.int("version").unwrap())).collect();
    assert_eq!(rows.len(), usize::try_from(ROUNDS * EACH).unwrap(), "documents are lost or doubled");
    let ids: Vec<String> = rows.keys().cloned().collect();
    assert_eq!(index.versions(&ids).await.unwrap(), rows, "the index differs from the database");
    let found = index.search(&stores::search::SearchRequest::default()).await.unwrap();
    assert_eq!(found.total, ROUNDS * EACH);
}
