//! Declared links: one file a case, `links/CASE.graphql`, where a section `access` holds the declarations; what composition says
//! stands beside it in `CASE.diagnostics.json`. `UPDATE_EXPECTED=1` writes what is found.

use std::fs;
use std::path::PathBuf;

use gateway::composition::{Composition, SubgraphSchema, Terms, compose, compose_on};
use gateway::config::parse_access_file;

use crate::fixtures::{list, rendered, root, subgraphs};

/// The cases, each with its name, its declarations and its subgraphs.
fn cases() -> Vec<(PathBuf, String, Vec<SubgraphSchema>)> {
    let files = list(&root().join("links")).into_iter();
    let cases = files.filter(|file| file.extension().is_some_and(|ending| ending == "graphql")).map(|file| {
        let sections = subgraphs(&fs::read_to_string(&file).unwrap());
        let (access, schemas): (Vec<_>, Vec<_>) =
            sections.into_iter().partition(|section| section.name == "access");
        (file, access[0].sdl.clone(), schemas)
    });
    cases.collect()
}

fn linked(access: &str, schemas: Vec<SubgraphSchema>) -> Composition {
    let links = parse_access_file(access).unwrap();
    compose_on(schemas, Terms { links: Some(&links), contract: None })
}

#[test]
fn every_case_is_refused_or_not_as_its_file_says() {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let mut failures = Vec::new();
    let mut refused = 0;
    for (file, access, schemas) in cases() {
        let composition = linked(&access, schemas.clone());
        refused += usize::from(composition.supergraph_sdl().is_none());
        let found = rendered(&composition).remove("diagnostics.json").unwrap_or_default();
        let at = file.with_extension("diagnostics.json");
        if update && !found.is_empty() {
            fs::write(&at, &found).unwrap();
        }
        let expected = fs::read_to_string(&at).unwrap_or_default();
        if found != expected {
            failures.push(format!("{}\n--- expected\n{expected}\n--- found\n{found}", file.display()));
        }

        let reversed = linked(&access, schemas.iter().rev().cloned().collect());
        assert_eq!(reversed, composition, "{}: the order of subgraphs counts", file.display());
        let places: Vec<bool> =
            composition.diagnostics().iter().map(|found| found.places.is_empty()).collect();
        assert!(
            composition.supergraph_sdl().is_some() || !places.contains(&true),
            "{}: an error without a place",
            file.display()
        );
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    assert!(refused >= 7, "only {refused} refused");
}

/// Links take nothing but links away: a supergraph is the same with them and without.
#[test]
fn what_links_allow_composes_as_without_them() {
    let mut compared = 0;
    for (file, access, schemas) in cases() {
        let without = compose(schemas.clone());
        assert!(without.supergraph_sdl().is_some(), "{}: wrong for another reason", file.display());
        if let Some(sdl) = linked(&access, schemas).supergraph_sdl() {
            assert_eq!(Some(sdl), without.supergraph_sdl(), "{}", file.display());
            compared += 1;
        }
    }
    assert!(compared >= 4, "only {compared} compared");
}
