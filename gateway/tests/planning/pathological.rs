//! What makes planners slow is planned within counted bounds, or refused before it is planned. Counts, not times: a count
//! is the same on every machine.

use std::sync::Arc;

use gateway::operation::{Limits, RequestErrorCode, normalize};
use gateway::planning::plan_within;

use crate::pathological_schemas::{Pathological, all};
use crate::support::Fixture;
use crate::{corpus, oracle};

fn fixture(case: &Pathological) -> Fixture {
    let borrowed: Vec<(&str, &str)> =
        case.subgraphs.iter().map(|(name, sdl)| (name.as_str(), sdl.as_str())).collect();
    Fixture::compose(&borrowed)
}

/// By case: at most so many states, and exactly so many requests and such a depth.
const BOUNDS: [(&str, usize, usize, usize); 8] = [
    ("7 look-alike subgraphs", 2_000, 7, 1),
    ("7 look-alikes that each lack a field, 4 levels of 7 branches", 65_000, 5, 1),
    ("an interface with 70 types in 5 subgraphs", 2_500, 6, 3),
    ("fragments 25 deep", 200, 2, 2),
    ("40 keys on one type", 4_000, 14, 11),
    ("abstract types 20 deep", 3_500, 3, 2),
    ("500 subgraphs, 100 of them asked", 25_000, 104, 4),
    ("a chain of 12 keys", 1_500, 39, 34),
];

#[test]
fn pathological_schemas_are_planned_in_few_states_and_requests() {
    let mut found = Vec::new();
    for case in all() {
        let fixture = fixture(&case);
        let operation = normalize(&fixture.supergraph, &case.operation, None, &Limits::default());
        let operation = operation.unwrap_or_else(|errors| panic!("{}: {errors:?}", case.name));
        let (plan, states) = plan_within(&fixture.supergraph, operation, usize::MAX).unwrap();
        let complaints = oracle::complaints(&fixture.supergraph, &plan, &fixture.schemas);
        assert!(complaints.is_empty(), "{}: {}", case.name, complaints.join("\n"));
        println!("{}: {states} states, {} requests", case.name, plan.fetches.len());
        fixture.record(&case.operation, &plan);
        found.push((case.name, states, plan.fetches.len(), corpus::depth(&plan)));
    }
    println!("{found:?}");
    for ((name, states, requests, depth), bound) in found.iter().zip(BOUNDS) {
        assert_eq!((*name, *requests, *depth), (bound.0, bound.2, bound.3));
        assert!(*states <= bound.1, "{name} took {states} states");
    }
}

#[test]
fn whatever_the_budget_there_is_a_whole_plan() {
    for case in all() {
        let fixture = fixture(&case);
        let operation = normalize(&fixture.supergraph, &case.operation, None, &Limits::default()).unwrap();
        for budget in [0, 100, 10_000] {
            let (plan, _) = plan_within(&fixture.supergraph, Arc::clone(&operation), budget)
                .unwrap_or_else(|error| panic!("{} with {budget}: {error}", case.name));
            let complaints = oracle::complaints(&fixture.supergraph, &plan, &fixture.schemas);
            assert!(complaints.is_empty(), "{} with {budget}: {complaints:?}", case.name);
        }
    }
}

#[test]
fn what_grows_without_bound_is_refused_before_it_is_planned() {
    let fixture = Fixture::compose(&[(
        "a",
        "type Query { node: Node } interface Node { id: ID! next: Node } type A implements Node { id: ID! next: Node }",
    )]);
    let doubling: String =
        (0..25).map(|n| format!("fragment F{n} on Node {{ ...F{0} next {{ ...F{0} }} }} ", n + 1)).collect();
    let cases = [
        (
            format!("{{ node {{ ...F0 }} }} {doubling} fragment F25 on Node {{ id }}"),
            RequestErrorCode::LimitExceeded,
        ),
        (
            "{ node { ...F } } fragment F on Node { next { ...G } } fragment G on Node { ...F }".into(),
            RequestErrorCode::ValidationFailed,
        ),
        (
            format!("{{ node {} id {} }}", "{ next ".repeat(60), "}".repeat(60)),
            RequestErrorCode::LimitExceeded,
        ),
        (
            format!("{{ node {} id {} }}", "{ ... on Node ".repeat(5_000), "}".repeat(5_000)),
            RequestErrorCode::LimitExceeded,
        ),
        (
            format!("{{ node {{ {} }} }}", (0..300).map(|n| format!("a{n}: id ")).collect::<String>()),
            RequestErrorCode::LimitExceeded,
        ),
        (
            format!("{{ node {{ id {} }} }}", "@include(if: true) ".repeat(1_000)),
            RequestErrorCode::LimitExceeded,
        ),
        (
            format!("{{ node {{ id(a: {}1{}) }} }}", "[".repeat(5_000), "]".repeat(5_000)),
            RequestErrorCode::LimitExceeded,
        ),
    ];
    for (text, code) in cases {
        let errors = normalize(&fixture.supergraph, &text, None, &Limits::default()).map(drop).unwrap_err();
        assert_eq!(errors[0].code, code, "{text:.60}: {}", errors[0].message);
    }
}
