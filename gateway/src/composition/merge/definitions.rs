//! Directive definitions of the supergraph: executable directives that every subgraph knows, and composed ones.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::ast::{DirectiveDefinition, DirectiveLocation};
use apollo_compiler::{Name, Node};

use super::Merger;
use crate::composition::codes;
use crate::composition::diagnostic::Site;
use crate::composition::merged::Merged;
use crate::composition::subgraph::{ComposedDirective, Subgraph};

/// The names that any subgraph composes.
pub(crate) fn composed_names(subgraphs: &[Subgraph]) -> BTreeSet<Name> {
    subgraphs.iter().flat_map(|subgraph| &subgraph.composed).map(|composed| composed.name.clone()).collect()
}

/// Merges the definitions.
pub(crate) fn merge(merger: &mut Merger, merged: &mut Merged) {
    merge_executable(merger, merged);
    let mut by_name: BTreeMap<Name, Vec<(usize, &ComposedDirective)>> = BTreeMap::new();
    for (graph, subgraph) in merger.subgraphs.iter().enumerate() {
        for composed in &subgraph.composed {
            by_name.entry(composed.name.clone()).or_default().push((graph, composed));
        }
    }
    for (name, composed) in by_name {
        merge_composed(merger, merged, &name, &composed);
    }
}

/// The newest definition serves; it has to come from one specification and one major version.
fn merge_composed(
    merger: &mut Merger,
    merged: &mut Merged,
    name: &Name,
    composed: &[(usize, &ComposedDirective)],
) {
    let Some((graph, newest)) = composed.iter().max_by_key(|(_, composed)| composed.version) else {
        return;
    };
    let differs =
        |other: &ComposedDirective| other.identity != newest.identity || other.version.0 != newest.version.0;
    if composed.iter().any(|(_, other)| differs(other)) {
        let sites: Vec<Site> =
            composed.iter().map(|(graph, composed)| merger.site(*graph, composed.span)).collect();
        merger.diagnostics.report(
            codes::DIRECTIVE_COMPOSITION_ERROR,
            format!("`@{name}` comes from different specifications or major versions"),
            sites,
        );
    }
    if let Some(definition) = merger.subgraphs[*graph].directives.get(name) {
        merged.directives.insert(name.clone(), definition.clone());
        merged.composed_links.entry(newest.url.clone()).or_default().push(name.clone());
    }
}

fn merge_executable(merger: &Merger, merged: &mut Merged) {
    let Some((first, rest)) = merger.subgraphs.split_first() else {
        return;
    };
    for definition in first.directives.values() {
        let others: Option<Vec<&Node<DirectiveDefinition>>> =
            rest.iter().map(|subgraph| subgraph.directives.get(&definition.name)).collect();
        let Some(others) = others else {
            continue;
        };
        let locations: Vec<DirectiveLocation> = definition
            .locations
            .iter()
            .filter(|location| is_executable(**location))
            .filter(|location| others.iter().all(|other| other.locations.contains(location)))
            .copied()
            .collect();
        if locations.is_empty() {
            continue;
        }
        let mut common = definition.clone();
        let merging = common.make_mut();
        merging.locations = locations;
        merging.repeatable &= others.iter().all(|other| other.repeatable);
        merging
            .arguments
            .retain(|argument| others.iter().all(|other| other.argument_by_name(&argument.name).is_some()));
        merged.directives.insert(definition.name.clone(), common);
    }
}

fn is_executable(location: DirectiveLocation) -> bool {
    matches!(
        location,
        DirectiveLocation::Query
            | DirectiveLocation::Mutation
            | DirectiveLocation::Subscription
            | DirectiveLocation::Field
            | DirectiveLocation::FragmentDefinition
            | DirectiveLocation::FragmentSpread
            | DirectiveLocation::InlineFragment
            | DirectiveLocation::VariableDefinition
    )
}
