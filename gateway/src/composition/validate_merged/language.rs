//! The rules of GraphQL for the supergraph as text.

use apollo_compiler::Schema;
use apollo_compiler::diagnostic::ToCliReport;
use apollo_compiler::validation::DiagnosticList;

use super::locate;
use crate::composition::codes;
use crate::composition::diagnostic::{Diagnostics, Site};
use crate::composition::merged::Merged;
use crate::composition::subgraph::Subgraph;

/// Reports everything GraphQL forbids in the supergraph, at the types concerned.
pub(crate) fn check(subgraphs: &[Subgraph], merged: &Merged, sdl: &str, diagnostics: &mut Diagnostics) {
    let Err(invalid) = Schema::parse_and_validate(sdl, "supergraph.graphql") else {
        return;
    };
    report(subgraphs, merged, (sdl, &invalid.errors), diagnostics);
}

fn report(
    subgraphs: &[Subgraph],
    merged: &Merged,
    (sdl, errors): (&str, &DiagnosticList),
    diagnostics: &mut Diagnostics,
) {
    for error in errors.iter() {
        let offset = error.error.location().map_or(0, |span| span.offset());
        let sites = sites(subgraphs, merged, (sdl, offset));
        let message = format!("the supergraph would not be valid: {}", error.error);
        diagnostics.report(codes::INVALID_GRAPHQL, message, sites);
    }
}

/// The member or type that stands there.
fn sites(subgraphs: &[Subgraph], merged: &Merged, (sdl, offset): (&str, usize)) -> Vec<Site> {
    let start = sdl[..offset].rfind('\n').map_or(0, |at| at + 1);
    let line = sdl[start..].lines().next().unwrap_or_default();
    let mut before = sdl[..start + line.len()].lines().rev();
    let definition = before.find(|line| line.starts_with(|c: char| c.is_alphabetic()));
    let parent = definition.and_then(|line| words(line).find(|word| merged.types.contains_key(*word)));
    let Some(parent) = parent else {
        return Vec::new();
    };
    let member = words(line).next().unwrap_or_default();
    let found = locate::sites(subgraphs, &[parent, member]);
    if found.is_empty() { locate::sites(subgraphs, &[parent]) } else { found }
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}
