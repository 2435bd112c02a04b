//! Supergraphs of every version of the join specification, as older composers write them: `join_versions/VERSION.graphql` holds
//! subgraphs of our own, the supergraph that the composer named on top made of them, and queries. Each is planned over that
//! supergraph as over ours of the same subgraphs, and passes the oracle.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use gateway::composition::{SubgraphSchema, compose};

use crate::support::Fixture;

/// The sections of a file by name, in its order.
fn sections(text: &str) -> Vec<(&str, &str)> {
    let section = |part| -> Option<(&str, &str)> { str::split_once(part, '\n') };
    text.split("# --- ").skip(1).filter_map(section).collect()
}

/// The files by version.
fn files() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/planning/join_versions");
    let file = |entry: fs::DirEntry| {
        let name = entry.path().file_stem().unwrap().to_string_lossy().into_owned();
        (name, fs::read_to_string(entry.path()).unwrap())
    };
    fs::read_dir(folder).unwrap().map(|entry| file(entry.unwrap())).collect()
}

struct Version<'a> {
    theirs: Fixture,
    ours: Fixture,
    queries: Vec<&'a str>,
    refused: Vec<&'a str>,
}

impl<'a> Version<'a> {
    fn read(text: &'a str) -> Self {
        let (said, subgraphs): (Vec<_>, Vec<_>) = (sections(text).into_iter())
            .partition(|(name, _)| ["supergraph", "queries", "refused"].contains(name));
        let part = |wanted: &str| said.iter().find(|(name, _)| *name == wanted).unwrap().1;
        let lines = |wanted| part(wanted).lines().filter(|line| !line.is_empty()).collect();
        let schema = |(name, sdl): &(&str, &str)| SubgraphSchema {
            name: (*name).to_owned(),
            url: format!("http://{name}"),
            sdl: (*sdl).to_owned(),
        };
        let composed = compose(subgraphs.iter().map(schema).collect()).into_supergraph_sdl();
        let composed = composed.unwrap_or_else(|found| panic!("{found:#?}"));
        Version {
            theirs: Fixture::read(part("supergraph"), &subgraphs),
            ours: Fixture::read(&composed, &subgraphs),
            queries: lines("queries"),
            refused: lines("refused"),
        }
    }
}

#[test]
fn every_join_version_is_planned_as_our_own_supergraph_of_the_same_subgraphs() {
    let mut planned: BTreeMap<String, usize> = BTreeMap::new();
    let mut failures = Vec::new();
    for (name, text) in files() {
        let version = Version::read(&text);
        for query in version.queries {
            let (theirs, ours) = (version.theirs.plan(query), version.ours.plan(query));
            if theirs != ours || !theirs.contains("Fetch(") {
                failures.push(format!("{name}: {query}\n--- theirs\n{theirs}\n--- ours\n{ours}"));
            }
            *planned.entry(name[..4].to_owned()).or_default() += 1;
        }
        for query in version.refused {
            assert!(!version.theirs.is_valid(query), "{name}: {query}");
        }
    }
    println!("{planned:?}");
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    let versions: Vec<&str> = planned.keys().map(String::as_str).collect();
    assert_eq!(versions, ["v0.1", "v0.2", "v0.3", "v0.4", "v0.5"]);
}
