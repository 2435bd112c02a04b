//! Validation: the same documents are accepted and refused as by graphql-js, whose verdicts `cargo xtask
//! compare-validation` records. Cases by rule, in `validation/cases`.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use gateway::operation::{Limits, RequestErrorCode, normalize};
use serde::Deserialize;

use crate::support::Fixture;

/// Where we are unlike graphql-js, and why.
const UNLIKE: [(&str, &str, &str); 1] = [(
    "SingleFieldSubscriptions",
    "the same field twice",
    "apollo-compiler counts selections where the specification counts response keys: refused, and nobody writes it",
)];

#[derive(Deserialize)]
struct Recorded {
    graphql: String,
    /// By rule and case: the rules that refuse the document.
    #[serde(flatten)]
    rules: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/planning/validation")
}

/// The cases of a rule: name and document.
fn cases(rule: &str) -> Vec<(String, String)> {
    let text = fs::read_to_string(folder().join(format!("cases/{rule}.graphql"))).unwrap();
    let cases = text.split("#--- ").skip(1).map(|case| {
        let (name, document) = case.split_once('\n').unwrap();
        (name.to_string(), document.to_string())
    });
    cases.collect()
}

#[test]
fn documents_are_accepted_and_refused_as_by_graphql_js() {
    let recorded = fs::read_to_string(folder().join("recorded.json")).unwrap();
    let recorded: Recorded = serde_json::from_str(&recorded).unwrap();
    let schema = fs::read_to_string(folder().join("schema.graphql")).unwrap();
    let fixture = Fixture::compose(&[("a", &schema)]);
    let limits = Limits { errors: 50, ..Limits::default() };
    let (mut count, mut differences) = (0, Vec::new());
    for entry in fs::read_dir(folder().join("cases")).unwrap() {
        let rule = entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned();
        for (name, document) in cases(&rule) {
            count += 1;
            let refused = match normalize(&fixture.supergraph, &document, None, &limits) {
                Err(errors) => errors.into_iter().find(|error| {
                    matches!(error.code, RequestErrorCode::ParseFailed | RequestErrorCode::ValidationFailed)
                        || error.code == RequestErrorCode::LimitExceeded
                }),
                Ok(_) => None,
            };
            let theirs = recorded.rules.get(&rule).and_then(|cases| cases.get(&name));
            let theirs =
                theirs.unwrap_or_else(|| panic!("{rule}, {name}: run `cargo xtask compare-validation`"));
            let is_known = UNLIKE.iter().any(|(r, n, _)| *r == rule && *n == name);
            if (refused.is_some() == theirs.is_empty()) != is_known {
                let ours = refused.map_or("valid".to_string(), |error| error.message);
                differences.push(format!("{rule}, {name}: they {theirs:?}, we {ours}"));
            }
        }
    }
    println!(
        "{count} documents, as graphql-js {} {}",
        recorded.graphql,
        count - differences.len() - UNLIKE.len()
    );
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
