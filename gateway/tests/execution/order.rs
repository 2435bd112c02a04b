//! The order of an answer's keys: by first occurrence among the selections that count, for the object's type and variables.

use std::sync::Arc;

use gateway::engine::{Engine, Limits};
use serde_json::json;

use crate::harness::script::{Script, ok};
use crate::harness::{answer_text, supergraph};

const SUBGRAPHS: [(&str, &str); 1] = [(
    "one",
    "type Query { a: Int b: Int cat: Pet } interface Pet { x: Int y: Int } \
     type Cat implements Pet { x: Int y: Int } type Dog implements Pet { x: Int y: Int }",
)];

#[tokio::test]
async fn keys_stand_where_they_are_first_selected() {
    let cases = [
        ("query($v: Boolean!) { a @include(if: $v) b a }", true, r#"{"a":1,"b":2}"#),
        ("query($v: Boolean!) { a @include(if: $v) b a }", false, r#"{"b":2,"a":1}"#),
        (
            "query($v: Boolean!) { ... @skip(if: $v) { a } b ... @include(if: $v) { a } }",
            true,
            r#"{"b":2,"a":1}"#,
        ),
        ("query($v: Boolean!) { a @include(if: $v) b }", true, r#"{"a":1,"b":2}"#),
        (
            "query($v: Boolean!) { cat { x @skip(if: $v) y } a cat { x } }",
            true,
            r#"{"cat":{"y":4,"x":3},"a":1}"#,
        ),
        (
            "query($v: Boolean!) { cat @skip(if: $v) { x } a cat { y x } }",
            true,
            r#"{"a":1,"cat":{"y":4,"x":3}}"#,
        ),
        ("{ cat { ... on Dog { y } x y } }", false, r#"{"cat":{"x":3,"y":4}}"#),
        ("{ cat { ... on Cat { y } x y } }", false, r#"{"cat":{"y":4,"x":3}}"#),
        ("{ cat { ... on Dog { t: __typename } x t: __typename } }", false, r#"{"cat":{"x":3,"t":"Cat"}}"#),
    ];
    let supergraph = supergraph(&SUBGRAPHS);
    for (query, v, data) in cases {
        let body = r#"{"data":{"a":1,"b":2,"cat":{"__typename":"Cat","x":3,"y":4}}}"#;
        let script = Script::new(&supergraph, &[("one", ok(body))]);
        let engine = Engine::new(Arc::clone(&supergraph), script, Limits::default());
        let answered = answer_text(&engine, query, json!({ "v": v })).await;
        assert_eq!(answered, format!("{{\"data\":{data}}}"), "{query} with {v}");
    }
}
