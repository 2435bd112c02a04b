//! Labels of progressive overrides: a share of requests by a number drawn for each, and what the configuration turns on.

use std::sync::Mutex;

use serde_json::json;

use crate::harness::script::{Script, ok};
use crate::harness::{answer, supergraph};
use gateway::engine::{Engine, Labels, Limits};

const SUBGRAPHS: [(&str, &str); 2] = [
    ("a", r#"type Query { me: User } type User @key(fields: "id") { id: ID! share: String named: String }"#),
    (
        "b",
        r#"type User @key(fields: "id") { id: ID! share: String @override(from: "a", label: "percent(30)")
               named: String @override(from: "a", label: "team:moved") }"#,
    ),
];

/// Who answered a field, request by request, on one engine.
async fn answered(field: &str, on: &[&str], draws: &[f64]) -> Vec<String> {
    let supergraph = supergraph(&SUBGRAPHS);
    let mut numbers = draws.to_vec();
    numbers.reverse();
    let numbers = Mutex::new(numbers);
    let labels = Labels {
        on: on.iter().map(ToString::to_string).collect(),
        draw: Box::new(move || numbers.lock().unwrap().pop().unwrap()),
    };
    let script = Script::new(&supergraph, &[]);
    let engine = Engine::new(supergraph, script.clone(), Limits::default()).with_labels(labels);
    let mut found = Vec::new();
    for _ in draws {
        let old = json!({ "data": { "me": { "__typename": "User", "id": "1", field: "old" } } });
        let new = json!({ "data": { "_entities": [{ field: "new" }] } });
        script.next(&[("a", ok(old)), ("b", ok(new))]);
        let answered = answer(&engine, &format!("{{ me {{ {field} }} }}"), json!({})).await;
        found.push(answered["data"]["me"][field].as_str().unwrap_or_default().to_string());
    }
    found
}

#[tokio::test]
async fn a_share_of_requests_is_drawn_one_by_one() {
    let found = answered("share", &[], &[10.0, 29.9, 30.0, 99.0, 0.0]).await;
    assert_eq!(found, ["new", "new", "old", "old", "new"]);
}

#[tokio::test]
async fn a_label_with_a_name_is_off_unless_it_is_turned_on() {
    assert_eq!(answered("named", &[], &[0.0, 0.0]).await, ["old", "old"]);
    assert_eq!(answered("named", &["team:moved"], &[99.0]).await, ["new"]);
    assert_eq!(answered("share", &["percent(30)"], &[99.0]).await, ["new"]);
}
