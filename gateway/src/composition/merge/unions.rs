//! Unions: every member of any subgraph.

use super::{Merger, names_of_kind};
use crate::composition::merged::Merged;
use crate::composition::subgraph::Kind;

/// Merges the members of all unions.
pub(crate) fn merge_all(merger: &Merger, merged: &mut Merged) {
    for name in names_of_kind(&merged.types, &[Kind::Union]) {
        let Some(ty) = merged.types.get_mut(&name) else {
            continue;
        };
        for (graph, definition) in merger.definitions(&name) {
            for member in definition.members.keys() {
                ty.members.entry(member.clone()).or_default().push(graph);
            }
        }
    }
}
