//! Subscriptions: every event is answered across subgraphs, one at a time, until the stream ends.

use futures::StreamExt;
use serde_json::{Value, json};

use crate::harness::script::{Reply, Script, ok};
use crate::harness::{context, engine_with_plan, request, supergraph};
use gateway::engine::{Answer, Limits};

const SUBGRAPHS: [(&str, &str); 2] = [
    (
        "products",
        r#"type Query { any: Int } type Subscription { changed: Product } type Product @key(fields: "id") { id: ID! name: String }"#,
    ),
    ("stock", r#"type Query { other: Int } type Product @key(fields: "id") { id: ID! inStock: Boolean! }"#),
];
const PLAN: [&str; 2] = [
    "subscription/products : { changed { id name } }",
    "stock after 0 at changed send Product(id!) : { ... on Product { inStock } }",
];

async fn subscribe(replies: &[(&str, Reply)]) -> Answer {
    let script = Script::new(&supergraph(&SUBGRAPHS), replies);
    let engine = engine_with_plan(&SUBGRAPHS, &PLAN, script, Limits::default());
    engine.answer(request("subscription { changed { name inStock } }", json!({})), context()).await
}

#[tokio::test]
async fn each_event_is_a_whole_response() {
    let events = [
        r#"{"data":{"changed":{"id":"1","name":"a"}}}"#,
        r#"{"data":{"changed":null}}"#,
        "broken",
        r#"{"data":{"changed":{"id":"1","name":"b"}}}"#,
    ];
    let mut events: Vec<Result<String, &str>> = events.map(|e| Ok(e.to_string())).to_vec();
    events.push(Err("SUBGRAPH_UNREACHABLE"));
    events.push(Ok("never seen".to_string()));
    let stock =
        |in_stock: &str| ("stock", ok(format!(r#"{{"data":{{"_entities":[{{"inStock":{in_stock}}}]}}}}"#)));
    let Answer::Stream(stream) =
        subscribe(&[("products", Reply::Events(events)), stock("true"), stock("null")]).await
    else {
        panic!("no stream")
    };
    let answers: Vec<Value> = stream.map(|body| serde_json::from_slice(&body).unwrap()).collect().await;
    let codes: Vec<&Value> = answers.iter().map(|a| &a["errors"][0]["extensions"]["code"]).collect();
    let data: Vec<&Value> = answers.iter().map(|a| &a["data"]).collect();
    assert_eq!(
        json!(data),
        json!([{"changed": {"name": "a", "inStock": true}}, {"changed": null}, {"changed": null}, {"changed": null}, null])
    );
    assert_eq!(
        json!(codes),
        json!([
            null,
            null,
            "SUBGRAPH_INVALID_RESPONSE",
            "NULL_IN_NON_NULLABLE_FIELD",
            "SUBGRAPH_UNREACHABLE"
        ])
    );
}

#[tokio::test]
async fn a_subscription_that_cannot_be_opened_is_one_response() {
    let Answer::Single(response) = subscribe(&[("products", Reply::Fails("SUBGRAPH_UNREACHABLE"))]).await
    else {
        panic!("a stream")
    };
    let answered: Value = serde_json::from_slice(&response.body).unwrap();
    let error = json!({"message": "The subgraph could not be reached.", "path": ["changed"],
        "extensions": {"code": "SUBGRAPH_UNREACHABLE", "service": "products"}});
    assert_eq!(answered, json!({"data": null, "errors": [error]}));
}
