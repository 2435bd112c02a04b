//! The engine's one path: what is refused before execution, and what is planned only once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gateway::engine::{Answer, Engine, GraphqlRequest, Limits, PlanRefusal, Response};
use gateway::planning::query_plan::QueryPlan;
use gateway::supergraph::Supergraph;
use serde_json::{Value, json};

use crate::harness::script::{Script, ok};
use crate::harness::{context, request, supergraph};

const SUBGRAPHS: [(&str, &str); 1] =
    [("one", "type Query { echo(text: String!): String } type Mutation { set: Int }")];

async fn single(engine: &Engine, request: GraphqlRequest) -> Response {
    match engine.answer(request, context()).await {
        Answer::Single(response) => response,
        Answer::Stream(_) | Answer::Parts(..) => panic!("a stream"),
    }
}

fn engine(supergraph: &Arc<Supergraph>, replies: usize) -> Engine {
    let replies = vec![("one", ok(r#"{"data":{"echo":"hi"}}"#)); replies];
    Engine::new(supergraph.clone(), Script::new(supergraph, &replies), Limits::default())
}

#[tokio::test]
async fn refusals_have_codes_and_no_data() {
    let deep = "fields { type { fields { type { fields { type { fields { name } } } } } } }";
    let introspection = format!("{{ __type(name: \"Query\") {{ {deep} }} }}");
    let mut over_get = request("mutation { set }", json!({}));
    over_get.only_queries = true;
    let mut unnamed = request("query A { __typename } query B { __typename }", json!({}));
    let cases = [
        (request("{ echo", json!({})), "GRAPHQL_PARSE_FAILED", true),
        (request("{ nope }", json!({})), "GRAPHQL_VALIDATION_FAILED", true),
        (request("{ echo }", json!({})), "GRAPHQL_VALIDATION_FAILED", true),
        (request("query($t: String!) { echo(text: $t) }", json!({"t": 1})), "BAD_USER_INPUT", false),
        (request("query($t: String!) { echo(text: $t) }", json!({})), "BAD_USER_INPUT", false),
        (request(&introspection, json!({})), "LIMIT_EXCEEDED", false),
        (over_get, "MUTATION_OVER_GET", false),
        (unnamed.clone(), "OPERATION_RESOLUTION_FAILURE", false),
    ];
    let supergraph = supergraph(&SUBGRAPHS);
    let engine = engine(&supergraph, 0);
    for (request, code, has_location) in cases {
        let text = request.query.clone();
        let response = single(&engine, request).await;
        let answered: Value = serde_json::from_slice(&response.body).unwrap();
        let error = &answered["errors"][0];
        assert_eq!(error["extensions"]["code"], code, "{text}: {answered}");
        assert_eq!(error["locations"].is_array(), has_location, "{text}: {answered}");
        assert!(!response.executed && answered.get("data").is_none(), "{text}: {answered}");
    }
    unnamed.operation_name = Some("B".to_string());
    assert_eq!(single(&engine, unnamed).await.body, r#"{"data":{"__typename":"Query"}}"#);
}

#[tokio::test]
async fn a_document_is_planned_once_and_a_refused_one_again() {
    let supergraph = supergraph(&SUBGRAPHS);
    let planned = Arc::new(AtomicUsize::new(0));
    let counter = planned.clone();
    let planner = move |_: &Supergraph, operation| {
        if counter.fetch_add(1, Ordering::SeqCst) == 0 {
            return Err(PlanRefusal { message: "not now".to_string(), code: "QUERY_PLAN_NOT_FOUND" });
        }
        Ok(QueryPlan { operation, fetches: Vec::new() })
    };
    let script = Script::new(&supergraph, &[]);
    let engine = Engine::with_planner(supergraph, script, Limits::default(), Box::new(planner));
    let ask = || single(&engine, request("{ __typename }", json!({})));
    assert!(!ask().await.executed);
    let all = futures::future::join_all((0..20).map(|_| ask())).await;
    assert!(all.iter().all(|response| response.executed && response.errors == 0));
    assert_eq!(planned.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn variables_reach_the_subgraph_as_they_are() {
    let supergraph = supergraph(&SUBGRAPHS);
    let script = Script::new(&supergraph, &[("one", ok(r#"{"data":{"echo":"hi"}}"#))]);
    let engine = Engine::new(supergraph, script.clone(), Limits::default());
    let text = "\"quotes\" \\ 한글 \u{1}";
    let response =
        single(&engine, request("query($t: String!) { echo(text: $t) }", json!({"t": text, "x": 1}))).await;
    assert_eq!(response.body, r#"{"data":{"echo":"hi"}}"#);
    assert_eq!(script.variables("one"), [json!({"t": text})]);
}

#[tokio::test]
async fn only_what_changes_nothing_may_be_sent_again() {
    let supergraph = supergraph(&[
        (
            "one",
            "type Query { item: Item } type Mutation { make: Item } type Item @key(fields: \"id\") { id: ID! }",
        ),
        ("two", "type Item @key(fields: \"id\") { id: ID! size: Int }"),
    ]);
    let size = ok(r#"{"data":{"_entities":[{"size":1}]}}"#);
    for (query, field, expected) in
        [("{ item { size } }", "item", [true, true]), ("mutation { make { size } }", "make", [false, true])]
    {
        let item = ok(json!({ "data": { field: { "__typename": "Item", "id": "1" } } }));
        let script = Script::new(&supergraph, &[("one", item), ("two", size.clone())]);
        let engine = Engine::new(supergraph.clone(), script.clone(), Limits::default());
        let answer = single(&engine, request(query, json!({}))).await;
        assert_eq!(answer.errors, 0, "{answer:?}");
        assert_eq!(*script.repeatable.lock().unwrap(), expected, "{query}");
    }
}
