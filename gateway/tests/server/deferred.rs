//! `@defer` over real sockets: the first part is there while a subgraph is still held, in the format that the client reads.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use gateway::server::{EngineSlot, supergraph_file};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::engine::supergraph;
use crate::support::{Answered, TestServer, settings};

const QUERY: &str = "{ item { name ... @defer(label: \"slow\") { count } } }";
const OLDER: &str =
    "multipart/mixed;deferSpec=20220824, application/graphql-response+json, application/json;q=0.9";
const NEWER: &str = "multipart/mixed;incrementalSpec=v0.2, application/json;q=0.9";

/// A subgraph that answers when it is told to.
#[derive(Default)]
struct Held {
    asked: Notify,
    release: Notify,
    left: Notify,
}

/// Tells when the request that it belongs to is over.
struct Leaving(Arc<Held>);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.left.notify_one();
    }
}

async fn held(State(held): State<Arc<Held>>) -> Json<Value> {
    let _leaving = Leaving(held.clone());
    held.asked.notify_one();
    held.release.notified().await;
    Json(json!({ "data": { "_entities": [{ "count": 7 }] } }))
}

async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/graphql", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

async fn gateway() -> (TestServer, Arc<Held>) {
    let item = || async { Json(json!({ "data": { "item": { "name": "a".repeat(3000), "id": "1" } } })) };
    let slow = Arc::new(Held::default());
    let items = serve(Router::new().route("/graphql", post(item))).await;
    let stock = serve(Router::new().route("/graphql", post(held)).with_state(slow.clone())).await;
    let sdl = supergraph(&[
        (
            "items",
            &items,
            "type Query { item: Item } type Item @key(fields: \"id\") { id: ID! name: String }",
        ),
        ("stock", &stock, "type Item @key(fields: \"id\") { id: ID! count: Int }"),
    ]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("supergraph.graphql");
    std::fs::write(&path, sdl).unwrap();
    let engine = supergraph_file::load(&path, &settings("")).unwrap();
    (TestServer::start_with("", EngineSlot::holding(engine)).await, slow)
}

async fn send(server: &TestServer, accept: &str) -> http::Response<hyper::body::Incoming> {
    let client =
        hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new()).build_http();
    let request = http::Request::post(format!("http://{}/graphql", server.address))
        .header("content-type", "application/json")
        .header("accept", accept)
        .header("accept-encoding", "gzip")
        .body(Body::from(json!({ "query": QUERY }).to_string()))
        .unwrap();
    client.request(request).await.unwrap()
}

/// Reads on until this many parts are closed by a boundary.
async fn read(body: &mut hyper::body::Incoming, text: &mut String, parts: usize) {
    while text.matches("\r\n---").count() <= parts {
        let frame = body.frame().await.unwrap().unwrap();
        text.push_str(std::str::from_utf8(frame.data_ref().unwrap()).unwrap());
    }
}

/// The JSON of each part.
fn split(text: &str) -> Vec<Value> {
    let parts = text.split("\r\n---").filter_map(|part| part.split_once("\r\n\r\n"));
    parts.map(|(_, body)| serde_json::from_str(body).unwrap()).collect()
}

#[tokio::test]
async fn the_first_part_arrives_while_what_is_deferred_is_held() {
    for (accept, content_type) in [
        (OLDER, "multipart/mixed; boundary=\"-\"; deferSpec=20220824"),
        (NEWER, "multipart/mixed; boundary=\"-\"; incrementalSpec=v0.2"),
        ("multipart/mixed", "multipart/mixed; boundary=\"-\""),
    ] {
        let (server, slow) = gateway().await;
        let response = send(&server, accept).await;
        assert_eq!(response.headers()["content-type"], content_type);
        assert!(!response.headers().contains_key("content-encoding"));
        let (mut body, mut text) = (response.into_body(), String::new());
        read(&mut body, &mut text, 1).await;
        let first = split(&text).remove(0);
        assert_eq!(
            (&first["data"]["item"]["name"], &first["hasNext"]),
            (&json!("a".repeat(3000)), &json!(true))
        );
        slow.asked.notified().await;
        slow.release.notify_one();
        text.push_str(std::str::from_utf8(&body.collect().await.unwrap().to_bytes()).unwrap());
        assert!(text.starts_with("\r\n---\r\n") && text.ends_with("\r\n-----\r\n"), "{text}");
        let last = split(&text).pop().unwrap();
        let entry = &last["incremental"][0];
        assert_eq!((&entry["data"], &last["hasNext"]), (&json!({ "count": 7 }), &json!(false)));
        let label = if accept == OLDER { &entry["label"] } else { &first["pending"][0]["label"] };
        assert_eq!(label, "slow");
    }
}

#[tokio::test]
async fn a_client_that_leaves_takes_the_deferred_request_with_it() {
    let (server, slow) = gateway().await;
    let (mut body, mut text) = (send(&server, OLDER).await.into_body(), String::new());
    read(&mut body, &mut text, 1).await;
    slow.asked.notified().await;
    drop(body);
    tokio::time::timeout(Duration::from_secs(10), slow.left.notified())
        .await
        .expect("the request is given up");
}

#[tokio::test]
async fn clients_that_accept_only_json_get_one_whole_answer() {
    let (server, slow) = gateway().await;
    slow.release.notify_one();
    let answer: Answered = server.query(QUERY, &[("accept", "application/json")]).await;
    assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
    assert_eq!(answer.json()["data"]["item"]["count"], 7);
    // And one that accepts only parts gets an answer without any as a single part.
    let answer = server.query("{ item { name } }", &[("accept", "multipart/mixed;deferSpec=20220824")]).await;
    assert_eq!(split(answer.text())[0]["hasNext"], false);
    assert!(answer.text().ends_with("\r\n-----\r\n"));
    // Multipart of another kind is not this one.
    let accept = "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json";
    slow.release.notify_one();
    let answer = server.query(QUERY, &[("accept", accept)]).await;
    assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
}

#[tokio::test]
async fn wrong_uses_are_refused_with_a_code() {
    let (server, _) = gateway().await;
    for (query, code) in [
        ("{ item { name @stream } }", "STREAM_NOT_SUPPORTED"),
        ("query ($l: String) { item { ... @defer(label: $l) { name } } }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "{ item { ... @defer(label: \"l\") { name } ... @defer(label: \"l\") { count } } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("{ item { name @defer } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ item { ... @defer(if: null) { name } } }", "GRAPHQL_VALIDATION_FAILED"),
    ] {
        assert_eq!(server.query(query, &[("accept", NEWER)]).await.code(), code, "{query}");
    }
    let introspected =
        server.query("{ __schema { directives { name locations args { name } } } }", &[]).await;
    let directives = introspected.json()["data"]["__schema"]["directives"].as_array().unwrap().clone();
    let defer = directives.into_iter().find(|directive| directive["name"] == "defer").unwrap();
    assert_eq!(defer["locations"], json!(["FRAGMENT_SPREAD", "INLINE_FRAGMENT"]));
    assert_eq!(defer["args"], json!([{ "name": "if" }, { "name": "label" }]));
}
