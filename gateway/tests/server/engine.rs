//! The server with the real engine: what clients must not reach, and what they are told of a subgraph that is down.

use axum::body::Body;
use gateway::composition::{SubgraphSchema, compose};
use gateway::engine::Engine;
use gateway::server::{EngineSlot, supergraph_file};
use serde_json::json;

use crate::replica_double::Replica;
use crate::support::{TestServer, settings};
use crate::websocket::Socket;

/// Composes subgraph schemas, each served at its URL.
pub fn supergraph(subgraphs: &[(&str, &str, &str)]) -> String {
    let schema = |(name, url, sdl): &(&str, &str, &str)| SubgraphSchema {
        name: (*name).to_owned(),
        url: (*url).to_owned(),
        sdl: format!(
            "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@key\"])\n{sdl}"
        ),
    };
    let composition = compose(subgraphs.iter().map(schema).collect());
    composition.into_supergraph_sdl().unwrap_or_else(|diagnostics| panic!("{diagnostics:?}"))
}

/// A gateway before two subgraphs: nothing listens where they should be.
async fn gateway(yaml: &str) -> TestServer {
    TestServer::start_with(yaml, EngineSlot::holding(engine(yaml))).await
}

fn engine(yaml: &str) -> Engine {
    let sdl = supergraph(&[
        (
            "users",
            "http://127.0.0.1:1/graphql",
            "type Query { me: User } type User @key(fields: \"id\") { id: ID! name: String }",
        ),
        (
            "notes",
            "http://127.0.0.1:1/graphql",
            "type Query { notes: [String!] } type User @key(fields: \"id\") { id: ID! notes: [String!]! }",
        ),
    ]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("supergraph.graphql");
    std::fs::write(&path, sdl).unwrap();
    supergraph_file::load(&path, &settings(yaml)).unwrap()
}

#[tokio::test]
async fn readiness_lists_replicas_to_operators_and_is_one_word_to_clients() {
    let (mut a, b) = (Replica::start("a").await, Replica::start("b").await);
    let admin = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let yaml = format!(
        "admin_listen: {admin}\nsubgraphs: {{ users: {{ urls: ['{}', '{}'] }}, notes: {{ url: '{}' }} }}",
        a.url(),
        b.url(),
        b.url()
    );
    let server = gateway(&yaml).await;
    while tokio::net::TcpStream::connect(admin).await.is_err() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let shown = |a_state: &str| {
        let b = |state: &str| json!({ "url": b.url(), "state": state, "in_flight": 0 });
        let a = json!({ "url": a.url(), "state": a_state, "in_flight": 0 });
        json!({ "status": "ready", "subgraphs": { "users": [a, b("up")], "notes": [b("up")] } })
    };
    assert_eq!(server.send_to(admin, "/health/ready").await.json(), shown("up"));
    let refusing = shown("refusing");
    a.kill();
    for _ in 0..4 {
        server.query("{ me { id } }", &[]).await;
    }
    assert_eq!(server.send_to(admin, "/health/ready").await.json(), refusing);

    let public = gateway(&yaml.replace(&format!("admin_listen: {admin}"), "graphiql: true")).await;
    assert_eq!(public.get("/health/ready").await.text(), "ready\n");
}

#[tokio::test]
async fn a_gateway_that_reaches_no_subgraph_is_alive_and_not_ready() {
    let mut only = Replica::start("only").await;
    let server =
        gateway(&format!("subgraphs: {{ users: {{ url: '{0}' }}, notes: {{ url: '{0}' }} }}", only.url()))
            .await;
    assert_eq!(server.get("/health/ready").await.status, 200);
    only.kill();
    server.query("{ me { id } notes }", &[]).await;
    assert_eq!(
        (server.get("/health/ready").await.status, server.get("/health/live").await.status),
        (503, 200)
    );
    only.restart().await;
    let begin = std::time::Instant::now();
    while server.get("/health/ready").await.status != 200 {
        assert!(begin.elapsed() < std::time::Duration::from_secs(15), "no probe found it");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn the_doors_between_gateway_and_subgraphs_do_not_exist_for_clients() {
    let server = gateway("").await;
    let forbidden = [
        "{ _service { sdl } }",
        "{ _entities(representations: [{ __typename: \"User\", id: 1 }]) { __typename } }",
        "query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { name } } }",
        "{ ...F } fragment F on Query { s: _service { sdl } }",
    ];
    let mut socket = Socket::open(&server, &[]).await.unwrap();
    socket.initialise().await;
    for query in forbidden {
        let answer = server.query(query, &[("accept", "application/graphql-response+json")]).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "GRAPHQL_VALIDATION_FAILED"), "{query}");
        let path =
            format!("/graphql?query={}", query.replace(' ', "+").replace('{', "%7B").replace('}', "%7D"));
        let answer = server.send("GET", &path.replace('"', "%22"), &[], Body::empty()).await;
        assert_eq!(answer.code(), "GRAPHQL_VALIDATION_FAILED", "{query}");
        socket.send(json!({ "type": "subscribe", "id": "1", "payload": { "query": query } })).await;
        let said = socket.next().await.unwrap();
        assert_eq!(
            (&said["type"], said["payload"][0]["extensions"]["code"].as_str()),
            (&json!("error"), Some("GRAPHQL_VALIDATION_FAILED"))
        );
    }
    let names = server.query("{ __schema { types { name } queryType { fields { name } } } }", &[]).await;
    for hidden in ["_entities", "_service", "_Any", "_Service", "_Entity", "join__"] {
        assert!(!names.text().contains(hidden), "{hidden} is public");
    }
}

#[tokio::test]
async fn a_subgraph_that_is_down_is_told_with_path_and_code_and_nothing_internal() {
    let server = gateway("").await;
    let answer = server.query("{ __typename mine: me { name notes } notes }", &[]).await;
    assert_eq!(answer.status, 200);
    let body = answer.json();
    assert_eq!(body["data"], json!({ "__typename": "Query", "mine": null, "notes": null }));
    for error in body["errors"].as_array().unwrap() {
        assert_eq!(error["extensions"]["code"], "SUBGRAPH_UNREACHABLE");
        assert!(error["path"] == json!(["mine"]) || error["path"] == json!(["notes"]), "{error}");
    }
    for internal in ["127.0.0.1", "refused", "/src/", "os error"] {
        assert!(!answer.text().contains(internal), "{}", answer.text());
    }
}

#[tokio::test]
async fn introspection_can_be_switched_off_for_every_way_to_ask() {
    let server = gateway("limits: { introspection: false }").await;
    for query in [
        "{ __schema { types { name } } }",
        "{ alias: __type(name: \"User\") { name } }",
        "{ ...F } fragment F on Query { ... on Query { __schema { types { name } } } }",
        "query ($yes: Boolean!) { __schema @include(if: $yes) { types { name } } }",
    ] {
        assert_eq!(server.query(query, &[]).await.code(), "INTROSPECTION_DISABLED", "{query}");
    }
    assert_eq!(server.query("{ __typename }", &[]).await.json()["data"]["__typename"], "Query");
}

#[tokio::test]
async fn configured_limits_reach_the_engine() {
    let server = gateway("limits: { depth: 1, tokens: 100 }").await;
    assert_eq!(server.query("{ me { name } }", &[]).await.code(), "LIMIT_EXCEEDED");
    assert_eq!(server.query(&"{ __typename ".repeat(60), &[]).await.code(), "LIMIT_EXCEEDED");
    assert_eq!(server.query("{ notes }", &[]).await.code(), "SUBGRAPH_UNREACHABLE");
}

#[test]
fn a_supergraph_that_cannot_be_served_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("supergraph.graphql");
    let load = |sdl: &str, yaml: &str| {
        std::fs::write(&file, sdl).unwrap();
        supergraph_file::load(&file, &settings(yaml)).err().map(|error| error.to_string()).unwrap_or_default()
    };
    let sdl = |url: &str| supergraph(&[("one", url, "type Query { a: Int }")]);
    assert_eq!(load(&sdl("http://one/"), ""), "");
    assert_eq!(load(&sdl(""), "subgraphs: { one: { url: 'http://one/' } }"), "");
    for (said, expected) in [
        (load(&sdl(""), ""), "subgraph `one`: the supergraph has no URL for it"),
        (load(&sdl("ftp://one/"), ""), "does not begin with http:// or https://"),
        (
            load(&sdl("http://one/"), "subgraphs: { onne: {} }"),
            "names a subgraph `onne`, but the supergraph has: one",
        ),
        (load("type Query { a: Int }", ""), "not a join-spec supergraph"),
        (load("type Query {", ""), "not valid GraphQL"),
    ] {
        assert!(said.contains(expected) && said.contains("\nnext: "), "said: {said}\nnot: {expected}");
    }
}
