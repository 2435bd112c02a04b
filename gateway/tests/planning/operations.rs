//! What is refused before planning, and how variables are coerced.

use gateway::operation::{Limits, RequestErrorCode, coerce_variables, normalize};
use gateway::supergraph::Supergraph;
use serde_json::json;

use crate::support::Fixture;

fn supergraph() -> Supergraph {
    Fixture::compose(&[(
        "a",
        r#"type Query { node(filter: Filter, ids: [ID!], level: Level): Node } type Node { id: ID! next: Node }
           enum Level { LOW HIGH } input Filter { text: String! limit: Int = 10 inner: Filter }"#,
    )])
    .supergraph
}

fn code(text: &str, name: Option<&str>, limits: &Limits) -> Option<RequestErrorCode> {
    normalize(&supergraph(), text, name, limits).err().map(|errors| errors[0].code)
}

#[test]
fn each_kind_of_wrong_request_has_its_code() {
    let limits =
        Limits { depth: 5, aliases: 3, root_fields: 4, selections: 1000, tokens: 2000, ..Limits::default() };
    let nested = format!("{{ node {} id {} }}", "{ next ".repeat(6), "}".repeat(6));
    let doubling: String =
        (0..25).map(|i| format!("fragment F{i} on Node {{ ...F{} ...F{} }} ", i + 1, i + 1)).collect();
    let bomb = format!("{{ node {{ ...F0 }} }} {doubling} fragment F25 on Node {{ id }}");
    let cases = [
        ("{ node { id }", None, Some(RequestErrorCode::ParseFailed)),
        ("{ nothing }", None, Some(RequestErrorCode::ValidationFailed)),
        ("{ __typename: node { id } }", None, Some(RequestErrorCode::ValidationFailed)),
        (
            "query A { node { id } } query B { node { id } }",
            None,
            Some(RequestErrorCode::OperationResolutionFailure),
        ),
        ("query A { node { id } }", Some("B"), Some(RequestErrorCode::OperationResolutionFailure)),
        ("query A { node { id } } query B { node { id } }", Some("B"), None),
        (&nested, None, Some(RequestErrorCode::LimitExceeded)),
        (&bomb, None, Some(RequestErrorCode::LimitExceeded)),
        (
            "{ a: node { id } b: node { id } c: node { id } d: node { id } }",
            None,
            Some(RequestErrorCode::LimitExceeded),
        ),
        (
            "{ node { ...F } } fragment F on Node { next { ...F } }",
            None,
            Some(RequestErrorCode::ValidationFailed),
        ),
        (&"{".repeat(5000), None, Some(RequestErrorCode::LimitExceeded)),
    ];
    for (text, name, expected) in cases {
        assert_eq!(code(text, name, &limits), expected, "{text:.80}");
    }
}

#[test]
fn variables_are_coerced_to_their_declared_types() {
    let supergraph = supergraph();
    let text = "query($f: Filter, $ids: [ID!], $level: Level = LOW, $not: Boolean!) { node(filter: $f, ids: $ids, level: $level) { id @skip(if: $not) } }";
    let operation = normalize(&supergraph, text, None, &Limits::default()).unwrap();
    let coerce = |value: serde_json::Value| {
        let coerced = coerce_variables(&supergraph, &operation, value.as_object().unwrap());
        coerced.map(serde_json::Value::Object).map_err(|errors| errors[0].message.clone())
    };
    let cases = [
        (json!({"not": true}), Ok(json!({"level": "LOW", "not": true}))),
        (json!({"not": true, "ids": 7, "extra": 1}), Ok(json!({"ids": [7], "level": "LOW", "not": true}))),
        (
            json!({"not": true, "level": null, "f": {"text": "x", "inner": {"text": "y", "limit": 3.0}}}),
            Ok(
                json!({"f": {"text": "x", "limit": 10, "inner": {"text": "y", "limit": 3}}, "level": null, "not": true}),
            ),
        ),
        (json!({}), Err("variable `$not` of type `Boolean!` is missing".to_owned())),
        (json!({"not": null}), Err("variable `$not` of type `Boolean!` must not be null".to_owned())),
        (
            json!({"not": true, "level": "MIDDLE"}),
            Err("variable `$level` has a value that is not of type `Level`".to_owned()),
        ),
        (
            json!({"not": true, "f": {"text": "x", "typo": 1}}),
            Err("variable `$f` has a field `typo` that `Filter` does not have".to_owned()),
        ),
        (
            json!({"not": true, "f": {"limit": 1}}),
            Err("variable `$f`.text of type `String!` is missing".to_owned()),
        ),
    ];
    for (values, expected) in cases {
        assert_eq!(coerce(values.clone()), expected, "{values}");
    }
}
