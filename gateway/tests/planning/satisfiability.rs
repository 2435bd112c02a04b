//! The check that every query can be answered, and its agreement with the planner.

use gateway::composition::satisfiability::check;
use gateway::operation::{Limits, normalize};
use gateway::planning::plan;
use gateway::supergraph::Supergraph;

const MACHINERY: &str = r#"schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query mutation: Mutation }
    enum join__Graph { A @join__graph(name: "a", url: "http://a") B @join__graph(name: "b", url: "http://b") }
    type Mutation @join__type(graph: A) @join__type(graph: B) { touch: Leaf }
    type Leaf @join__type(graph: A) @join__type(graph: B) { here: Int }
"#;

/// Messages for a supergraph; each problem's operation is checked to have no plan.
fn messages(types: &str) -> Vec<String> {
    let supergraph = Supergraph::parse(&format!("{MACHINERY}{types}")).unwrap();
    let problems = check(&supergraph);
    for problem in &problems {
        let operation = normalize(&supergraph, &problem.operation(), None, &Limits::default()).unwrap();
        // Another subgraph may answer that field of a mutation, though none answers all of them.
        let is_mutation = problem.path[0].type_name == "Mutation";
        assert!(is_mutation || plan(&supergraph, operation).is_err(), "{} has a plan", problem.operation());
    }
    problems.iter().map(|problem| problem.message(&supergraph)).collect()
}

#[test]
fn an_unreachable_field_is_told_with_its_shortest_path_and_each_subgraphs_reason() {
    let found = messages(
        r#"type Query @join__type(graph: A) @join__type(graph: B) { deep: Deep @join__field(graph: A) user: User @join__field(graph: A) }
           type Deep @join__type(graph: A) { user: User }
           type User @join__type(graph: A) @join__type(graph: B, key: "id") { id: ID! @join__field(graph: B) name: String @join__field(graph: A) age: Int @join__field(graph: B) }"#,
    );
    insta::assert_debug_snapshot!(found, @r###"
    [
        "`User.id` cannot be answered in `{ user { id } }`; a: it does not define `User.id`; b: `User` cannot be entered: no subgraph on the way gives all of its key `id`",
        "`User.age` cannot be answered in `{ user { age } }`; a: it does not define `User.age`; b: `User` cannot be entered: no subgraph on the way gives all of its key `id`",
    ]
    "###);
}

#[test]
fn a_key_that_is_not_resolvable_does_not_reach() {
    let found = messages(
        r#"type Query @join__type(graph: A) @join__type(graph: B) { user: User @join__field(graph: A) }
           type User @join__type(graph: A, key: "id") @join__type(graph: B, key: "id", resolvable: false) { id: ID! age: Int @join__field(graph: B) }"#,
    );
    insta::assert_debug_snapshot!(found, @r###"
    [
        "`User.age` cannot be answered in `{ user { age } }`; a: it does not define `User.age`; b: `User` has no resolvable key there, so it cannot be entered",
    ]
    "###);
}

#[test]
fn a_mutation_is_answered_by_one_subgraph_or_not_at_all() {
    let found = messages(
        r#"type Query @join__type(graph: A) @join__type(graph: B) { split: Split }
           extend type Mutation { split: Split }
           type Split @join__type(graph: A) @join__type(graph: B) { here: Int @join__field(graph: A) there: Int @join__field(graph: B) }"#,
    );
    insta::assert_debug_snapshot!(found, @r###"
    [
        "`Split.there` cannot be answered in `mutation { split { there } }`; a: it does not define `Split.there`; b: `Split` has no resolvable key there, so it cannot be entered",
    ]
    "###);
}

#[test]
fn many_subgraphs_that_lead_to_one_another_are_checked_to_the_end() {
    let count = 460;
    let names: Vec<String> = (0..count).map(|index| format!("G{index}")).collect();
    let graphs: String =
        names.iter().map(|name| format!("{name} @join__graph(name: \"{name}\", url: \"\") ")).collect();
    let types: String =
        names.iter().map(|name| format!("@join__type(graph: {name}, key: \"id\") ")).collect();
    let fields: String =
        names.iter().map(|name| format!("next{name}: Node @join__field(graph: {name}) ")).collect();
    let sdl = format!(
        "schema @link(url: \"https://specs.apollo.dev/join/v0.3\") {{ query: Query }} enum join__Graph {{ {graphs} }}
         type Query @join__type(graph: G0) {{ node: Node }} type Node {types} {{ id: ID! {fields} }}"
    );
    let supergraph = Supergraph::parse(&sdl).unwrap();
    assert_eq!(check(&supergraph), []);
}
