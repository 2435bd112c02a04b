//! What random operations found: each cause as a small fixture of its own, compared with one executor that has all data.

use std::sync::Arc;

use gateway::engine::{Engine, Limits};
use serde_json::{Value, json};

use crate::harness::case::Bench;
use crate::harness::operations::Written;
use crate::harness::script::{Script, ok};
use crate::harness::world::Rates;
use crate::harness::{answer, supergraph};

/// Worlds that an operation is compared over.
const WORLDS: u64 = 60;

/// Compares an operation over worlds that are as unpleasant as said.
async fn compare(subgraphs: &[(&str, &str)], operation: &str, rates: Rates) {
    let subgraphs: Vec<_> = subgraphs.iter().map(|(name, sdl)| (name.to_string(), sdl.to_string())).collect();
    let bench = Bench::compose(&subgraphs).unwrap_or_else(|diagnostics| panic!("{diagnostics:#?}"));
    let operation = Written { text: operation.to_string(), variables: json!({}) };
    assert_eq!(bench.invalid(&operation), None);
    for seed in 0..WORLDS {
        let found = bench.difference(bench.world(seed, rates), &operation).await;
        assert_eq!(found, None, "{} in world {seed}", operation.text);
    }
}

const PETS: [(&str, &str); 1] = [(
    "pets",
    "type Query { all: [Named!]  maybe: Named } interface Named { pal: Pal  pals: [Pal!] } \
     type Cat implements Named { pal: Pal  pals: [Pal!]  weight: Int } type Dog implements Named { pal: Pal  pals: [Pal!] } \
     type Pal { title: String  may: String  must: String!  pal: Pal }",
)];

#[tokio::test]
async fn what_only_one_type_is_asked_for_below_a_field_of_its_interface_breaks_no_other_type() {
    let operations = [
        "{ all { pal { title } ... on Cat { pal { may } } } }",
        "{ all { pal { title } ... on Cat { pal { must } } } }",
        "{ all { pals { title } ... on Cat { pals { must } weight } } }",
        "{ maybe { ... on Dog { pal { may } } ... on Cat { pal { must } } } }",
        "{ all { pal { pal { title } } ... on Cat { pal { pal { must } } } ... on Dog { pal { may } } } }",
    ];
    for operation in operations {
        compare(&PETS, operation, Rates { error: 0.3, ..Rates::default() }).await;
        compare(&PETS, operation, Rates { lie: 0.3, ..Rates::default() }).await;
    }
}

const SHARED: [(&str, &str); 2] = [
    (
        "one",
        "type Query { list: [Value!] @shareable  grid: [[Value]!] @shareable } \
         type Value { own: String  inner: Inner @shareable } type Inner { x: Int }",
    ),
    (
        "two",
        "type Query { list: [Value!] @shareable  grid: [[Value]!] @shareable } \
         type Value { must: Int!  inner: Inner @shareable } type Inner { y: Int! }",
    ),
];

#[tokio::test]
async fn null_of_one_subgraph_beside_anothers_list_explains_all_that_it_was_to_bring() {
    let operations =
        ["{ list { own must } }", "{ list { own inner { x y } must } }", "{ grid { own must } }"];
    for operation in operations {
        compare(&SHARED, operation, Rates { lie: 0.3, ..Rates::default() }).await;
        compare(&SHARED, operation, Rates { error: 0.3, ..Rates::default() }).await;
    }
}

#[tokio::test]
async fn null_of_one_subgraph_beside_one_object_of_a_list_explains_nothing_of_the_others() {
    let supergraph = supergraph(&SHARED);
    let replies = [
        ("one", ok(json!({"data": {"grid": [[{"own": "a"}, {"own": "b"}]]}}))),
        (
            "two",
            ok(json!({"data": {"grid": [[null, null]]},
                "errors": [{"message": "m", "path": ["grid", 0, 1, "must"]}]})),
        ),
    ];
    let script = Script::new(&supergraph, &replies);
    let engine = Engine::new(Arc::clone(&supergraph), script, Limits::default());
    let answered = answer(&engine, "{ grid { own must } }", json!({})).await;
    assert_eq!(answered["data"], json!({"grid": [[null, null]]}));
    let errors = answered["errors"].as_array().unwrap();
    let told: Vec<(&Value, &Value)> =
        errors.iter().map(|error| (&error["path"], &error["message"])).collect();
    let (subgraphs, ours) = (json!(["grid", 0, 1, "must"]), json!(["grid", 0, 0, "must"]));
    let null = json!("Cannot return null for non-nullable field must.");
    assert_eq!(told, [(&subgraphs, &json!("m")), (&ours, &null)]);
}

const STRICTER: [(&str, &str); 2] = [
    (
        "lax",
        "type Query { any: Int } type Ant @key(fields: \"id\") { id: ID!  name: String @shareable  part: Part @shareable } \
         type Part @shareable { no: Int } type Held @key(fields: \"id\") { id: ID!  value: Int!  more: Int }",
    ),
    (
        "strict",
        "type Query { ant: Ant  held: Holder } \
         type Ant @key(fields: \"id\") { id: ID!  name: String! @shareable  part: Part! @shareable  own: Int } \
         type Part @shareable { no: Int! } type Holder { held: Held!  own: Int } \
         type Held @key(fields: \"id\") { id: ID! }",
    ),
];

/// A subgraph nulls the whole object where null is forbidden to it, though another would bring the object with null in it.
#[tokio::test]
async fn where_a_subgraph_is_stricter_than_the_public_schema_no_field_fails() {
    for operation in
        ["{ ant { name own } }", "{ ant { part { no } own } }", "{ held { held { value more } own } }"]
    {
        compare(&STRICTER, operation, Rates { error: 0.3, ..Rates::default() }).await;
        compare(&STRICTER, operation, Rates { lie: 0.3, ..Rates::default() }).await;
    }
}

const REQUIRED: [(&str, &str); 2] = [
    (
        "owner",
        "type Query { ant: Ant } type Ant @key(fields: \"id\") { id: ID!  part: Part  parts: [Part] } \
         type Part { size: Int  label: String! }",
    ),
    (
        "computing",
        "type Ant @key(fields: \"id\") { id: ID!  part: Part @external  parts: [Part] @external \
           cost: String @requires(fields: \"part { size }\")  all: String @requires(fields: \"parts { size }\") } \
         type Part { size: Int @external }",
    ),
];

/// What is required is sent as the subgraph gave it: null, if the client's selection made it so.
#[tokio::test]
async fn what_subgraphs_need_of_each_other_is_not_null_by_what_is_selected_beside_it() {
    for operation in ["{ ant { part { label } cost } }", "{ ant { parts { label } all } }"] {
        compare(&REQUIRED, operation, Rates { lie: 0.3, ..Rates::default() }).await;
        compare(&REQUIRED, operation, Rates { error: 0.3, ..Rates::default() }).await;
    }
}

const CONTEXT: [(&str, &str); 2] = [
    (
        "told",
        "type Query { ant: Ant } \
         type Ant @key(fields: \"id\") @context(name: \"near\") { id: ID!  size: Int @external \
           cost: String @requires(fields: \"size\")  part: Part } \
         type Part @key(fields: \"id\") { id: ID!  told(near: String @fromContext(field: \"$near { cost }\")): String }",
    ),
    ("owner", "type Ant @key(fields: \"id\") { id: ID!  size: Int }"),
];

#[tokio::test]
async fn what_a_context_gives_may_be_computed_from_what_is_required() {
    compare(&CONTEXT, "{ ant { part { told } } }", Rates::default()).await;
}

const DEFERRED: [(&str, &str); 2] = [
    (
        "lists",
        "type Query { list: [Item!]  other: Int } type Item @key(fields: \"id\") { id: ID!  may: Int  one: One } \
         type One @key(fields: \"id\") { id: ID!  name: String }",
    ),
    (
        "items",
        "type Item @key(fields: \"id\") { id: ID!  must: Int! } \
         type One @key(fields: \"id\") { id: ID!  must: Int!  may: Int }",
    ),
];

#[tokio::test]
async fn of_a_deferred_fragment_that_fails_nothing_comes() {
    let operations = [
        "{ list { may } ... @defer { list { must } other } }",
        "{ list { may one { name } ... @defer { one { must may } may may2: may } } other }",
    ];
    for operation in operations {
        compare(&DEFERRED, operation, Rates { lie: 0.3, ..Rates::default() }).await;
        compare(&DEFERRED, operation, Rates { error: 0.3, ..Rates::default() }).await;
    }
}

#[tokio::test]
async fn what_two_deferred_fragments_share_comes_once_wherever_neither_fails() {
    let operations = [
        "{ list { one { name ... @defer { must } } ... @defer { one { must may } } } }",
        "{ list { one { name ... @defer { may ... @defer { must } } } ... @defer { one { must id } } } }",
    ];
    for operation in operations {
        compare(&DEFERRED, operation, Rates { lie: 0.3, ..Rates::default() }).await;
        compare(&DEFERRED, operation, Rates { error: 0.3, ..Rates::default() }).await;
    }
}
