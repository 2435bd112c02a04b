//! Subgraphs that are down, slow, broken or lie about entities: what they spoil, and what the client is told.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::script::{Reply, Script, ok};
use crate::harness::{answer, context, engine_with_plan, request, supergraph};
use gateway::engine::{Answer, Limits};

const PRODUCTS: &str = r#"
    type Query { top: [Product!]  product: Product  greeting: String }
    type Product @key(fields: "id") { id: ID! name: String }
"#;
const STOCK: &str = r#"
    type Query { warehouse: String  size: Int }
    type Product @key(fields: "id") { id: ID! inStock: Boolean  count: Int  shelf: Shelf }
    type Shelf { no: Int! }
"#;
const SUBGRAPHS: [(&str, &str); 2] = [("products", PRODUCTS), ("stock", STOCK)];
const TOP: &[&str] = &[
    "products : { top { id name } }",
    "stock after 0 at top send Product(id!) : { ... on Product { inStock s: shelf { no } } }",
];
const TOP_QUERY: &str = "{ top { name inStock s: shelf { no } } }";
const TOP_REPLY: &str =
    r#"{"data":{"top":[{"id":"1","name":"a"},{"id":"2","name":"b"},{"id":"1","name":"c"}]}}"#;

/// Answers `TOP_QUERY` when `stock` replies so: the three objects of `top` (or what became of it) and the errors.
async fn top_with(reply: Reply) -> (Value, Value) {
    let script = Script::new(&supergraph(&SUBGRAPHS), &[("products", ok(TOP_REPLY)), ("stock", reply)]);
    let engine = engine_with_plan(&SUBGRAPHS, TOP, script, Limits::default());
    let answered = answer(&engine, TOP_QUERY, json!({})).await;
    (answered["data"]["top"].clone(), answered.get("errors").cloned().unwrap_or(json!([])))
}

fn error(message: &str, path: Value, code: &str) -> Value {
    json!({"message": message, "path": path, "extensions": {"code": code, "service": "stock"}})
}

fn row(name: &str, in_stock: Value, shelf: Value) -> Value {
    json!({"name": name, "inStock": in_stock, "s": shelf})
}

#[tokio::test]
async fn a_request_that_fails_is_one_error_and_everything_else_is_answered() {
    let http = |status, body: &str| Reply::Http(status, body.to_string());
    let cases = [
        (Reply::Fails("SUBGRAPH_UNREACHABLE"), "The subgraph could not be reached.", "SUBGRAPH_UNREACHABLE"),
        (Reply::Fails("SUBGRAPH_TIMEOUT"), "The subgraph did not answer in time.", "SUBGRAPH_TIMEOUT"),
        (http(500, "<html>oops"), "The subgraph answered with an HTTP error.", "SUBGRAPH_HTTP_ERROR"),
        (http(502, "{}"), "The subgraph answered with an HTTP error.", "SUBGRAPH_HTTP_ERROR"),
        (
            http(200, "<html>"),
            "The subgraph's answer is not a GraphQL response.",
            "SUBGRAPH_INVALID_RESPONSE",
        ),
        (http(200, ""), "The subgraph's answer is not a GraphQL response.", "SUBGRAPH_INVALID_RESPONSE"),
        (http(200, "[1]"), "The subgraph's answer is not a GraphQL response.", "SUBGRAPH_INVALID_RESPONSE"),
        (
            http(200, r#"{"data":null}"#),
            "The subgraph's answer is not a GraphQL response.",
            "SUBGRAPH_INVALID_RESPONSE",
        ),
        (
            http(200, r#"{"data":7}"#),
            "The subgraph's answer is not a GraphQL response.",
            "SUBGRAPH_INVALID_RESPONSE",
        ),
        (
            http(200, r#"{"data":{"_entities":[{"inStock":true},{"inStock":true,"s":{"no":1"#),
            "The subgraph's answer is not a GraphQL response.",
            "SUBGRAPH_INVALID_RESPONSE",
        ),
    ];
    for (reply, message, code) in cases {
        let (top, errors) = top_with(reply.clone()).await;
        let nulls = ["a", "b", "c"].map(|name| row(name, json!(null), json!(null)));
        assert_eq!(top, json!(nulls), "{reply:?}");
        assert_eq!(errors, json!([error(message, json!(["top"]), code)]), "{reply:?}");
    }
}

#[tokio::test]
async fn a_failed_request_for_one_object_or_for_the_root_names_each_field() {
    let cases: [(&str, &[&str], Value); 2] = [
        (
            "{ product { id inStock s: shelf { no } } greeting }",
            &[
                "products : { product { id } greeting }",
                "stock after 0 at product send Product(id!) : { ... on Product { inStock s: shelf { no } } }",
            ],
            json!([["product", "inStock"], ["product", "s"]]),
        ),
        (
            "{ greeting size w: warehouse }",
            &["products : { greeting }", "stock : { size w: warehouse }"],
            json!([["size"], ["w"]]),
        ),
    ];
    for (query, plan, paths) in cases {
        let products = ok(r#"{"data":{"product":{"id":"1"},"greeting":"hi"}}"#);
        let replies = [("products", products), ("stock", Reply::Fails("SUBGRAPH_UNREACHABLE"))];
        let script = Script::new(&supergraph(&SUBGRAPHS), &replies);
        let engine = engine_with_plan(&SUBGRAPHS, plan, script, Limits::default());
        let answered = answer(&engine, query, json!({})).await;
        assert_eq!(answered["data"]["greeting"], "hi", "{answered}");
        let told: Vec<&Value> = answered["errors"].as_array().unwrap().iter().map(|e| &e["path"]).collect();
        assert_eq!(json!(told), paths, "{answered}");
        assert!(!answered.to_string().contains("10.0.0.1"), "{answered}");
    }
}

/// What it shows, what `stock` replies, what becomes of `top`, the errors.
type EntityRow = (&'static str, &'static str, Value, Value);

fn reported_entities() -> Vec<EntityRow> {
    vec![
        (
            "an error with an index is told for every object with that representation, under the client's keys",
            r#"{"data":{"_entities":[{"inStock":true,"s":null},{"inStock":true,"s":null}]},"errors":[{"message":"m","path":["_entities",0,"s","no"],"extensions":{"code":"C","secret":1},"locations":[]}]}"#,
            json!([
                row("a", json!(true), json!(null)),
                row("b", json!(true), json!(null)),
                row("c", json!(true), json!(null))
            ]),
            json!([
                error("m", json!(["top", 0, "s", "no"]), "C"),
                error("m", json!(["top", 2, "s", "no"]), "C")
            ]),
        ),
        (
            "an error without an index is told once",
            r#"{"data":{"_entities":[null,{"inStock":true,"s":{"no":4}}]},"errors":[{"message":"m","path":["_entities","inStock"]}]}"#,
            json!([
                row("a", json!(null), json!(null)),
                row("b", json!(true), json!({"no": 4})),
                row("c", json!(null), json!(null))
            ]),
            json!([error("m", json!(["top"]), "SUBGRAPH_ERROR")]),
        ),
        (
            "an error without data and path is told once",
            r#"{"errors":[{"message":"m","extensions":{"code":"CALLER_NOT_ACCEPTED"}}]}"#,
            json!([
                row("a", json!(null), json!(null)),
                row("b", json!(null), json!(null)),
                row("c", json!(null), json!(null))
            ]),
            json!([error("m", json!(["top"]), "CALLER_NOT_ACCEPTED")]),
        ),
    ]
}

fn wrong_entities() -> Vec<EntityRow> {
    vec![
        (
            "too few entities are one error",
            r#"{"data":{"_entities":[{"inStock":true,"s":null}]}}"#,
            json!([
                row("a", json!(true), json!(null)),
                row("b", json!(null), json!(null)),
                row("c", json!(true), json!(null))
            ]),
            json!([error(
                "The subgraph was asked for 2 entities and answered 1.",
                json!(["top"]),
                "SUBGRAPH_INVALID_RESPONSE"
            )]),
        ),
        (
            "too many entities are one error",
            r#"{"data":{"_entities":[null,{"inStock":false,"s":null},{"inStock":true}]}}"#,
            json!([
                row("a", json!(null), json!(null)),
                row("b", json!(false), json!(null)),
                row("c", json!(null), json!(null))
            ]),
            json!([error(
                "The subgraph was asked for 2 entities and answered 3.",
                json!(["top"]),
                "SUBGRAPH_INVALID_RESPONSE"
            )]),
        ),
        (
            "entities that are no objects are one error",
            r#"{"data":{"_entities":[[],"x"]}}"#,
            json!([
                row("a", json!(null), json!(null)),
                row("b", json!(null), json!(null)),
                row("c", json!(null), json!(null))
            ]),
            json!([error(
                "The subgraph answered with entities that are no objects.",
                json!(["top"]),
                "SUBGRAPH_INVALID_RESPONSE"
            )]),
        ),
        (
            "no list of entities is one error",
            r#"{"data":{"_entities":{"inStock":true}}}"#,
            json!([
                row("a", json!(null), json!(null)),
                row("b", json!(null), json!(null)),
                row("c", json!(null), json!(null))
            ]),
            json!([error(
                "The subgraph did not answer with a list of entities.",
                json!(["top"]),
                "SUBGRAPH_INVALID_RESPONSE"
            )]),
        ),
    ]
}

#[tokio::test]
async fn entity_errors_reach_the_objects_they_are_about() {
    for (fact, reply, top, errors) in reported_entities().into_iter().chain(wrong_entities()) {
        assert_eq!(top_with(ok(reply)).await, (top, errors), "{fact}");
    }
}

#[tokio::test]
async fn errors_are_capped_and_counted() {
    let many: Vec<Value> =
        (0..5000).map(|i| json!({"message": format!("m{i}"), "path": ["_entities", 0, "inStock"]})).collect();
    let reply = json!({"data": {"_entities": [null, null]}, "errors": many});
    let (_, errors) = top_with(ok(reply)).await;
    let errors = errors.as_array().unwrap();
    assert_eq!(errors.len(), 101);
    assert_eq!(errors[100]["extensions"]["code"], "ERRORS_OMITTED");
}

#[tokio::test]
async fn limits_stop_what_is_too_much() {
    let mut limits = Limits::default();
    limits.execution.entities_per_fetch = 1;
    let replies = [("products", ok(TOP_REPLY))];
    let engine = engine_with_plan(&SUBGRAPHS, TOP, Script::new(&supergraph(&SUBGRAPHS), &replies), limits);
    let answered = answer(&engine, TOP_QUERY, json!({})).await;
    assert_eq!(answered["errors"][0]["extensions"]["code"], "ENTITIES_LIMIT_EXCEEDED", "{answered}");
    assert_eq!(answered["data"]["top"][2]["name"], "c");

    let mut limits = Limits::default();
    limits.execution.response_bytes = 40;
    let replies = [("products", ok(TOP_REPLY)), ("stock", Reply::Fails("SUBGRAPH_UNREACHABLE"))];
    let engine = engine_with_plan(&SUBGRAPHS, TOP, Script::new(&supergraph(&SUBGRAPHS), &replies), limits);
    let answered = answer(&engine, TOP_QUERY, json!({})).await;
    assert_eq!(answered["data"], json!(null));
    assert_eq!(answered["errors"][1]["extensions"]["code"], "RESPONSE_TOO_LARGE", "{answered}");
}

#[tokio::test]
async fn a_subgraph_that_hangs_costs_its_fields_only_and_no_longer_than_the_deadline() {
    let replies = [("products", ok(TOP_REPLY)), ("stock", Reply::Hangs)];
    let engine =
        engine_with_plan(&SUBGRAPHS, TOP, Script::new(&supergraph(&SUBGRAPHS), &replies), Limits::default());
    let mut context = context();
    context.deadline = Instant::now() + Duration::from_millis(50);
    let Answer::Single(response) = engine.answer(request(TOP_QUERY, json!({})), context).await else {
        panic!()
    };
    let answered: Value = serde_json::from_slice(&response.body).unwrap();
    assert_eq!(answered["data"]["top"][1], row("b", json!(null), json!(null)));
    assert_eq!(answered["errors"][0]["extensions"]["code"], "SUBGRAPH_TIMEOUT");
    assert_eq!(response.errors, 1);
}
