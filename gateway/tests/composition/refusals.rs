//! Refusals: no supergraph beside an error, every code told with its place, every mistake told at once.

use std::collections::BTreeSet;

use gateway::composition::codes;
use gateway::composition::diagnostic::Severity;
use gateway::composition::{SubgraphSchema, compose};

use crate::fixtures::cases;

#[test]
fn there_is_a_supergraph_exactly_when_there_is_no_error() {
    for (name, case) in cases() {
        let composition = &case.composition;
        let errors =
            composition.diagnostics().iter().any(|diagnostic| diagnostic.severity == Severity::Error);
        assert_eq!(composition.supergraph_sdl().is_none(), errors, "{name}");
    }
}

#[test]
fn every_error_says_where_and_what_to_do() {
    // There is no place for something that is nowhere.
    let without_place = ["NO_QUERIES", "INVALID_SUBGRAPH_NAME"];
    for (name, case) in cases() {
        for diagnostic in case.composition.diagnostics() {
            assert!(!diagnostic.help.is_empty(), "{name}: {diagnostic:?}");
            if !without_place.contains(&diagnostic.code) {
                assert!(!diagnostic.places.is_empty(), "{name}: {diagnostic:?}");
            }
        }
    }
}

#[test]
fn the_cases_cover_all_codes() {
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for case in cases().values() {
        told.extend(case.composition.diagnostics().iter().map(|d| d.code));
    }
    let missing: Vec<&str> =
        codes::ALL.iter().map(|code| code.name).filter(|code| !told.contains(code)).collect();
    // Told by tests of their own: names below, the budget in the tests of satisfiability, links and contracts in theirs.
    let elsewhere = [
        "INVALID_SUBGRAPH_NAME",
        "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED",
        "UNDECLARED_LINK",
        "UNUSED_LINK",
        "CONTRACT_WITHOUT_QUERIES",
        "CONTRACT_TAG_UNUSED",
    ];
    let unexpected: Vec<&&str> = missing.iter().filter(|code| !elsewhere.contains(code)).collect();
    assert!(unexpected.is_empty(), "not covered: {unexpected:?}");
}

#[test]
fn names_of_subgraphs_are_unique_and_not_empty() {
    let schema = |name: &str, field: &str| SubgraphSchema {
        name: name.to_owned(),
        url: String::new(),
        sdl: format!("type Query {{ {field}: Int }}"),
    };
    let composition = compose(vec![schema("a", "x"), schema("a", "y"), schema("", "z")]);
    let found: Vec<&str> = composition.diagnostics().iter().map(|d| d.code).collect();
    assert_eq!(found, ["INVALID_SUBGRAPH_NAME", "INVALID_SUBGRAPH_NAME"]);
}
