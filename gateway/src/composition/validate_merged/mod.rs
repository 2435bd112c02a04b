//! Rules that only the whole can break.

mod answers;
mod default_values;
mod inaccessible;
mod interfaces;
mod language;
mod locate;
mod transitive_access;

use self::inaccessible::Hider;
use super::codes;
use super::diagnostic::Diagnostics;
use super::merged::Merged;
use super::subgraph::Subgraph;

/// Checks the merged types.
pub(crate) fn validate(subgraphs: &[Subgraph], merged: &Merged, diagnostics: &mut Diagnostics) {
    let has_queries = subgraphs
        .iter()
        .filter_map(|subgraph| subgraph.types.get("Query"))
        .any(|query| query.fields.values().any(|field| !field.is_external()));
    if !has_queries {
        diagnostics.report(codes::NO_QUERIES, "no subgraph declares a field of `Query`", []);
    }
    interfaces::check(subgraphs, merged, diagnostics);
    inaccessible::check(subgraphs, merged, diagnostics, Hider::Subgraphs);
    default_values::check(subgraphs, merged, diagnostics);
    transitive_access::check(subgraphs, merged, diagnostics);
}

/// Checks what a contract has hidden; without it there was no mistake.
pub(crate) fn validate_contract(subgraphs: &[Subgraph], merged: &Merged, diagnostics: &mut Diagnostics) {
    inaccessible::check(subgraphs, merged, diagnostics, Hider::Contract);
}

/// The emitted text has to be a valid schema; whatever the rules above do not know is found here.
pub(crate) fn validate_text(
    subgraphs: &[Subgraph],
    merged: &Merged,
    sdl: &str,
    diagnostics: &mut Diagnostics,
) {
    language::check(subgraphs, merged, sdl, diagnostics);
}

/// Every query that the public schema allows has to be answerable.
pub(crate) fn validate_answers(subgraphs: &[Subgraph], sdl: &str, diagnostics: &mut Diagnostics) {
    answers::check(subgraphs, sdl, diagnostics);
}
