//! Rules that a subgraph has to keep by itself; one file a group of rules.

mod applications;
mod contexts;
mod default_values;
mod externals;
mod field_sets;
mod inputs;
mod interface_keys;
mod list_sizes;
mod overrides;

use super::diagnostic::Diagnostics;
use super::subgraph::Subgraph;

/// Checks one subgraph.
pub(crate) fn validate(subgraph: &Subgraph, diagnostics: &mut Diagnostics) {
    field_sets::check(subgraph, diagnostics);
    externals::check(subgraph, diagnostics);
    applications::check(subgraph, diagnostics);
    contexts::check(subgraph, diagnostics);
    interface_keys::check(subgraph, diagnostics);
    inputs::check(subgraph, diagnostics);
    default_values::check(subgraph, diagnostics);
    overrides::check(subgraph, diagnostics);
    list_sizes::check(subgraph, diagnostics);
}
