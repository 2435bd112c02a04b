//! What two other composers say about every case, recorded by `cargo xtask compare-composers`, is what ours says. Where it is
//! not, the case says why: `# unlike apollo: …` or `# unlike guild: …` before its first subgraph.

use std::collections::BTreeSet;
use std::fs;

use apollo_compiler::Schema;
use gateway::composition::Composition;
use gateway::composition::diagnostic::Severity;
use gateway::supergraph::Supergraph;
use serde::Deserialize;

use crate::fixtures::{cases, expected};
use crate::meaning::{differences, joins, public};

/// What both say.
#[derive(Deserialize)]
struct Recorded {
    apollo: Said,
    guild: Said,
}

/// What one says: codes, a supergraph with its public schema, or nothing because it failed itself.
#[derive(Deserialize)]
#[serde(untagged)]
enum Said {
    Refused { codes: BTreeSet<String> },
    Composed { supergraph: String, public: String },
    Failed { threw: String },
}

#[test]
fn both_references_say_the_same_or_the_case_says_why() {
    let mut failures = Vec::new();
    let mut agreed = [0; 2];
    for (name, case) in cases() {
        let Ok(text) = fs::read_to_string(expected(name, "references.json")) else {
            failures.push(format!("{name}: not recorded; run `cargo xtask compare-composers`"));
            continue;
        };
        let recorded: Recorded = serde_json::from_str(&text).unwrap();
        for (index, (reference, said)) in
            [("apollo", &recorded.apollo), ("guild", &recorded.guild)].into_iter().enumerate()
        {
            let found = unlike(&case.composition, said);
            match (case.note(&format!("unlike {reference}")), found.is_empty()) {
                (None, true) => agreed[index] += 1,
                (Some(_), false) => {}
                (None, false) => {
                    failures.push(format!("{name}: unlike {reference}:\n    {}", found.join("\n    ")))
                }
                (Some(_), true) => {
                    failures.push(format!("{name}: says why it is unlike {reference} and is not"))
                }
            }
        }
    }
    println!("{} cases, as apollo {}, as guild {}", cases().len(), agreed[0], agreed[1]);
    assert!(failures.is_empty(), "{} differences\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn half_of_the_cases_are_refusals() {
    let refused = cases().values().filter(|case| case.composition.supergraph_sdl.is_none()).count();
    assert!(cases().len() >= 420, "only {} cases", cases().len());
    assert!(refused * 2 >= cases().len(), "only {refused} of {} are refused", cases().len());
}

/// How ours is unlike a reference.
fn unlike(ours: &Composition, theirs: &Said) -> Vec<String> {
    let codes: BTreeSet<&str> = ours
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .map(|diagnostic| diagnostic.code)
        .collect();
    match (theirs, &ours.supergraph_sdl) {
        (Said::Failed { threw }, _) => vec![format!("it fails itself: {threw}")],
        (Said::Refused { codes: theirs }, None) if theirs.iter().eq(codes.iter()) => Vec::new(),
        (Said::Refused { codes: theirs }, _) => vec![format!("ours {codes:?}, theirs {theirs:?}")],
        (Said::Composed { .. }, None) => vec![format!("ours {codes:?}, theirs composes")],
        (Said::Composed { supergraph, public: theirs }, Some(sdl)) => {
            let mut found =
                differences(&public(Supergraph::parse(sdl).unwrap().api_schema()), &public(&read(theirs)));
            found.extend(differences(&joins(&read(sdl)), &joins(&read(supergraph))));
            found
        }
    }
}

/// Read without checks: what a reference writes is not ours to judge.
fn read(sdl: &str) -> Schema {
    Schema::builder()
        .adopt_orphan_extensions()
        .parse(sdl, "schema.graphql")
        .build()
        .unwrap_or_else(|partial| partial.partial)
}
