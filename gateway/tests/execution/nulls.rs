//! Null propagation and result coercion, as the GraphQL specification has them.

use serde_json::{Value, json};

use crate::harness::script::{Script, ok};
use crate::harness::{answer, engine_with_plan, supergraph};
use gateway::engine::Limits;

const SDL: &str = r#"
    type Query { a: A  must: A!  u: U  list: [A!]  lists: [[Int!]!]  names: [String!]!  e: Colour  s: String i: Int f: Float b: Boolean id: ID any: Any hidden: H }
    type A { x: Int!  y: Int  b: B!  bs: [B!]! }
    type B { z: Int! }
    type C { w: Int }
    type D @inaccessible { w: Int }
    union U = A | C | D
    interface H { h: Int }
    type H1 implements H { h: Int }
    type H2 implements H { h: Int }
    enum Colour { RED SECRET @inaccessible }
    scalar Any
"#;
const SUBGRAPHS: [(&str, &str); 1] = [("one", SDL)];

/// Query, what the subgraph gives, the client's data, and the errors as (path, message starts with).
type Row = (&'static str, &'static str, Value, &'static [(&'static str, &'static str)]);

#[tokio::test]
async fn data_and_errors_are_what_the_specification_says() {
    for (query, given, data, errors) in rows() {
        let script = Script::new(&supergraph(&SUBGRAPHS), &[("one", ok(given))]);
        let plan = format!("one : {query}");
        let engine = engine_with_plan(&SUBGRAPHS, &[&plan], script, Limits::default());
        let answered = answer(&engine, query, json!({})).await;
        assert_eq!(answered["data"], data, "{query} with {given}");
        let told: Vec<(String, String)> =
            answered["errors"].as_array().into_iter().flatten().map(told).collect();
        let expected = errors.iter().map(|(path, message)| (path.to_string(), message.to_string()));
        assert_eq!(told.len(), errors.len(), "{query} with {given}: {told:?}");
        for ((path, message), (expected_path, start)) in told.into_iter().zip(expected) {
            assert_eq!(path, expected_path, "{query} with {given}");
            assert!(message.starts_with(&start), "{query} with {given}: {message}");
        }
    }
}

fn told(error: &Value) -> (String, String) {
    (error["path"].to_string(), error["message"].as_str().unwrap().to_string())
}

const NULL: &str = "Cannot return null for non-nullable field";
const WRONG: &str = "A subgraph gave a value of a wrong type";
const TYPE: &str = "The type of an object of";

fn rows() -> Vec<Row> {
    let mut rows = null_rows();
    rows.extend(reported_rows());
    rows.extend(coercion_rows());
    rows.extend(type_rows());
    rows
}

fn null_rows() -> Vec<Row> {
    vec![
        (
            "{ a { y x } }",
            r#"{"data":{"a":{"y":1,"x":null}}}"#,
            json!({"a": null}),
            &[(r#"["a","x"]"#, NULL)],
        ),
        ("{ a { y x } }", r#"{"data":{"a":{"y":1}}}"#, json!({"a": null}), &[(r#"["a","x"]"#, NULL)]),
        ("{ a { y } }", r#"{"data":{"a":{}}}"#, json!({"a": {"y": null}}), &[]),
        (
            "{ k: a { y j: b { z } } i }",
            r#"{"data":{"k":{"y":1,"j":{"z":null}},"i":2}}"#,
            json!({"k": null, "i": 2}),
            &[(r#"["k","j","z"]"#, NULL)],
        ),
        (
            "{ i must { y x } }",
            r#"{"data":{"i":2,"must":{"y":1,"x":null}}}"#,
            json!(null),
            &[(r#"["must","x"]"#, NULL)],
        ),
        (
            "{ list { x } }",
            r#"{"data":{"list":[{"x":1},{"x":null},{"x":null}]}}"#,
            json!({"list": null}),
            &[(r#"["list",1,"x"]"#, NULL)],
        ),
        (
            "{ list { x } }",
            r#"{"data":{"list":[{"x":1},null]}}"#,
            json!({"list": null}),
            &[(r#"["list",1]"#, NULL)],
        ),
        ("{ lists }", r#"{"data":{"lists":[[1,2],[],[3]]}}"#, json!({"lists": [[1, 2], [], [3]]}), &[]),
        (
            "{ lists }",
            r#"{"data":{"lists":[[1],[null]]}}"#,
            json!({"lists": null}),
            &[(r#"["lists",1,0]"#, NULL)],
        ),
        ("{ names i }", r#"{"data":{"names":null,"i":1}}"#, json!(null), &[(r#"["names"]"#, NULL)]),
        (
            "{ a { bs { z } y } }",
            r#"{"data":{"a":{"bs":[{"z":1},{}],"y":1}}}"#,
            json!({"a": null}),
            &[(r#"["a","bs",1,"z"]"#, NULL)],
        ),
    ]
}

fn reported_rows() -> Vec<Row> {
    vec![
        (
            "{ a { x } }",
            r#"{"data":{"a":null},"errors":[{"message":"boom","path":["a","x"]}]}"#,
            json!({"a": null}),
            &[(r#"["a","x"]"#, "boom")],
        ),
        (
            "{ a { x } }",
            r#"{"errors":[{"message":"boom","path":["a","x"]}],"data":{"a":{"x":null}}}"#,
            json!({"a": null}),
            &[(r#"["a","x"]"#, "boom")],
        ),
        (
            "{ names i }",
            r#"{"data":null,"errors":[{"message":"boom","path":["names"]}]}"#,
            json!(null),
            &[(r#"["names"]"#, "boom")],
        ),
        (
            "{ list { x } }",
            r#"{"data":{"list":[{"x":1},{"x":null}]},"errors":[{"message":"boom","path":["list",1,"x"]}]}"#,
            json!({"list": null}),
            &[(r#"["list",1,"x"]"#, "boom")],
        ),
        (
            "{ a { y } }",
            r#"{"data":{"a":{"y":1}},"errors":[{"message":"only a warning"}]}"#,
            json!({"a": {"y": 1}}),
            &[("null", "only a warning")],
        ),
        (
            "{ a { y } }",
            r#"{"data":{"a":{"y":1}},"errors":[{"message":"odd","path":["nope",3,{}]}]}"#,
            json!({"a": {"y": 1}}),
            &[("null", "odd")],
        ),
        (
            "{ a { y } }",
            r#"{"data":{"a":{"y":1}},"errors":"odd"}"#,
            json!({"a": {"y": 1}}),
            &[("null", "odd")],
        ),
        (
            "{ a { y } }",
            r#"{"data":{"a":{"y":1}},"errors":[7]}"#,
            json!({"a": {"y": 1}}),
            &[("null", "The subgraph reported")],
        ),
        ("{ a { y } }", r#"{"data":{"a":{"y":1}},"errors":[]}"#, json!({"a": {"y": 1}}), &[]),
        ("{ a { y } }", r#"{"data":{"a":{"y":1}},"errors":null}"#, json!({"a": {"y": 1}}), &[]),
    ]
}

fn coercion_rows() -> Vec<Row> {
    vec![
        (
            "{ s i f b id e }",
            r#"{"data":{"s":"x","i":1,"f":1.50,"b":true,"id":7,"e":"RED"}}"#,
            json!({"s": "x", "i": 1, "f": 1.5, "b": true, "id": "7", "e": "RED"}),
            &[],
        ),
        (
            "{ s i }",
            r#"{"data":{"s":1,"i":"1"}}"#,
            json!({"s": null, "i": null}),
            &[(r#"["s"]"#, WRONG), (r#"["i"]"#, WRONG)],
        ),
        ("{ e }", r#"{"data":{"e":"SECRET"}}"#, json!({"e": null}), &[(r#"["e"]"#, WRONG)]),
        ("{ e }", r#"{"data":{"e":"BLUE"}}"#, json!({"e": null}), &[(r#"["e"]"#, WRONG)]),
        ("{ names }", r#"{"data":{"names":["a",1]}}"#, json!(null), &[(r#"["names",1]"#, WRONG)]),
        (
            "{ lists s }",
            r#"{"data":{"lists":5,"s":["x"]}}"#,
            json!({"lists": null, "s": null}),
            &[(r#"["lists"]"#, WRONG), (r#"["s"]"#, WRONG)],
        ),
        (
            "{ a { y } list { x } }",
            r#"{"data":{"a":"x","list":{"x":1}}}"#,
            json!({"a": null, "list": null}),
            &[(r#"["a"]"#, WRONG), (r#"["list"]"#, WRONG)],
        ),
        ("{ a { y } }", r#"{"data":{"a":[{"y":1}]}}"#, json!({"a": null}), &[(r#"["a"]"#, WRONG)]),
        (
            "{ any }",
            r#"{"data":{"any":{"a":[1.10,{"b":null}]}}}"#,
            json!({"any": {"a": [1.10, {"b": null}]}}),
            &[],
        ),
    ]
}

fn type_rows() -> Vec<Row> {
    vec![
        (
            "{ u { __typename ... on A { y } ... on C { w } } }",
            r#"{"data":{"u":{"__typename":"C","w":3}}}"#,
            json!({"u": {"__typename": "C", "w": 3}}),
            &[],
        ),
        (
            "{ u { __typename ... on C { w } } }",
            r#"{"data":{"u":{"w":3,"__typename":"D"}}}"#,
            json!({"u": null}),
            &[(r#"["u"]"#, TYPE)],
        ),
        (
            "{ u { __typename ... on C { w } } }",
            r#"{"data":{"u":{"w":3,"__typename":"B"}}}"#,
            json!({"u": null}),
            &[(r#"["u"]"#, TYPE)],
        ),
        (
            "{ u { __typename ... on C { w } } }",
            r#"{"data":{"u":{"w":3}}}"#,
            json!({"u": null}),
            &[(r#"["u"]"#, TYPE)],
        ),
        ("{ hidden { h } }", r#"{"data":{"hidden":{"h":3}}}"#, json!({"hidden": {"h": 3}}), &[]),
        (
            "{ a { t: __typename y } }",
            r#"{"data":{"a":{"t":"A","y":1}}}"#,
            json!({"a": {"t": "A", "y": 1}}),
            &[],
        ),
    ]
}

#[tokio::test]
async fn what_is_missing_where_one_subgraph_has_null_and_another_an_object_is_explained_by_the_ones_error() {
    let parts = |own: &str| {
        format!(
            "type Query {{ zed: Zed @shareable }} type Zed {{ ant: Ant @shareable }} \
             type Ant @key(fields: \"id\") {{ id: ID! {own} }}"
        )
    };
    let (a, b) = (parts("one: Int"), parts("two: Int!"));
    let subgraphs = [("a", a.as_str()), ("b", b.as_str())];
    let plan = ["a : { zed { ant { one } } }", "b : { zed { ant { id two } } }"];
    let error = json!([{"message": "two is out", "path": ["zed", "ant", "two"]}]);
    let replies = [
        ("a", ok(json!({"data": {"zed": {"ant": {"one": 1}}}}))),
        ("b", ok(json!({"data": {"zed": {"ant": null}}, "errors": error}))),
    ];
    let script = Script::new(&supergraph(&subgraphs), &replies);
    let engine = engine_with_plan(&subgraphs, &plan, script, Limits::default());
    let answered = answer(&engine, "{ zed { ant { one id two } } }", json!({})).await;
    assert_eq!(answered["data"], json!({"zed": {"ant": null}}), "{answered}");
    let told = answered["errors"].as_array().unwrap();
    assert_eq!((told.len(), &told[0]["path"]), (1, &json!(["zed", "ant", "two"])), "{answered}");
}
