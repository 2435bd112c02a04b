//! The rules of GraphQL for the supergraph as text.

use apollo_compiler::Schema;
use apollo_compiler::diagnostic::ToCliReport;
use apollo_compiler::validation::DiagnosticList;

use super::locate;
use crate::composition::codes;
use crate::composition::diagnostic::Diagnostics;
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
        let line = error.error.location().map_or("", |span| {
            let start = sdl[..span.offset()].rfind('\n').map_or(0, |at| at + 1);
            sdl[start..].lines().next().unwrap_or_default()
        });
        let named = merged.types.keys().find(|name| {
            line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name.as_str())
        });
        let sites = named.map_or_else(Vec::new, |name| locate::sites(subgraphs, &[name]));
        let message = format!("the supergraph would not be valid: {}", error.error);
        diagnostics.report(codes::INVALID_GRAPHQL, message, sites);
    }
}
