//! What two other composers say about every case, recorded by `cargo xtask compare-composers`, is what ours says. Where it is
//! not, the case says why: `# unlike apollo: …` or `# unlike guild: …` before its first subgraph. Remarks are compared with those of
//! Apollo, which is the only one to make any; where ours are others, the case says `# hints unlike apollo: …`.

use std::collections::{BTreeMap, BTreeSet};
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
    Composed { supergraph: String, public: String, hints: Option<BTreeMap<String, usize>> },
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
fn the_hints_are_those_of_apollo_or_the_case_says_why() {
    let mut failures = Vec::new();
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut compared, mut agreed) = (0, 0);
    for (name, case) in cases() {
        let text = fs::read_to_string(expected(name, "references.json")).unwrap_or_default();
        let recorded: Result<Recorded, _> = serde_json::from_str(&text);
        let (
            Ok(Recorded { apollo: Said::Composed { hints: Some(theirs), .. }, .. }),
            Composition::Composed { hints, .. },
        ) = (recorded, &case.composition)
        else {
            continue;
        };
        compared += 1;
        let mut ours: BTreeMap<String, usize> = BTreeMap::new();
        for hint in hints {
            *ours.entry(hint.code.to_owned()).or_default() += 1;
            *told.entry(hint.code).or_default() += 1;
        }
        match (case.note("hints unlike apollo"), ours == theirs) {
            (None, true) => agreed += 1,
            (Some(_), false) => {}
            (None, false) => failures.push(format!("{name}: ours {ours:?}, theirs {theirs:?}")),
            (Some(_), true) => {
                failures.push(format!("{name}: says why its hints are unlike apollo and are not"))
            }
        }
    }
    println!("{compared} cases compose in both, {agreed} with equal hints; {told:?}");
    assert!(failures.is_empty(), "{} differences\n{}", failures.len(), failures.join("\n"));
    let levels = gateway::composition::codes::ALL.iter().filter(|code| code.severity != Severity::Error);
    // Of links and contracts, which only ours has; told by tests of their own.
    let missing: Vec<&str> = levels
        .map(|code| code.name)
        .filter(|name| !told.contains_key(name) && !["UNUSED_LINK", "CONTRACT_TAG_UNUSED"].contains(name))
        .collect();
    assert!(missing.is_empty(), "no case has {missing:?}");
}

#[test]
fn half_of_the_cases_are_refusals() {
    let refused = cases().values().filter(|case| case.composition.supergraph_sdl().is_none()).count();
    assert!(cases().len() >= 420, "only {} cases", cases().len());
    assert!(refused * 2 >= cases().len(), "only {refused} of {} are refused", cases().len());
}

/// How ours is unlike a reference.
fn unlike(ours: &Composition, theirs: &Said) -> Vec<String> {
    let codes: BTreeSet<&str> = ours
        .diagnostics()
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .map(|diagnostic| diagnostic.code)
        .collect();
    match (theirs, ours.supergraph_sdl()) {
        (Said::Failed { threw }, _) => vec![format!("it fails itself: {threw}")],
        (Said::Refused { codes: theirs }, None) if theirs.iter().eq(codes.iter()) => Vec::new(),
        (Said::Refused { codes: theirs }, _) => vec![format!("ours {codes:?}, theirs {theirs:?}")],
        (Said::Composed { .. }, None) => vec![format!("ours {codes:?}, theirs composes")],
        (Said::Composed { supergraph, public: theirs, .. }, Some(sdl)) => {
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
