//! Directive definitions of the supergraph: executable directives that every subgraph knows, and composed ones.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::ast::{DirectiveDefinition, DirectiveList, DirectiveLocation, InputValueDefinition};
use apollo_compiler::{Name, Node};
use indexmap::IndexSet;

use super::{Merger, arguments};
use crate::composition::codes;
use crate::composition::diagnostic::Site;
use crate::composition::merged::{GraphId, Merged};
use crate::composition::subgraph::{ComposedDirective, InputDef, Subgraph};

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

fn merge_executable(merger: &mut Merger, merged: &mut Merged) {
    let subgraphs = merger.subgraphs;
    let Some((first, rest)) = subgraphs.split_first() else {
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
        let all: Vec<&DirectiveDefinition> =
            std::iter::once(definition).chain(others).map(|definition| &**definition).collect();
        merging.arguments = merge_arguments(merger, &all);
        merged.directives.insert(definition.name.clone(), common);
    }
}

/// The arguments that every subgraph takes; `all` are the definitions of one directive by subgraph.
fn merge_arguments(merger: &mut Merger, all: &[&DirectiveDefinition]) -> Vec<Node<InputValueDefinition>> {
    let names: IndexSet<&Name> =
        all.iter().flat_map(|definition| &definition.arguments).map(|argument| &argument.name).collect();
    let mut merged = Vec::new();
    for name in names {
        let declared: Vec<(GraphId, InputDef)> = all
            .iter()
            .enumerate()
            .filter_map(|(graph, definition)| Some((graph, input(definition.argument_by_name(name)?))))
            .collect();
        let declared: Vec<(GraphId, &InputDef)> =
            declared.iter().map(|(graph, input)| (*graph, input)).collect();
        let coordinate = format!("@{}({name}:)", all[0].name);
        if declared.len() < all.len() {
            report_missing(merger, &coordinate, &declared);
        } else if let Some(input) =
            arguments::merge_input(merger, &coordinate, &declared, arguments::ARGUMENT)
        {
            merged.push(Node::new(InputValueDefinition {
                description: input.description,
                name: input.name,
                ty: Node::new(input.ty),
                default_value: input.default,
                directives: DirectiveList(input.directives),
            }));
        }
    }
    merged
}

fn input(definition: &InputValueDefinition) -> InputDef {
    InputDef {
        name: definition.name.clone(),
        span: definition.name.location(),
        description: definition.description.clone(),
        directives: Vec::new(),
        ty: (*definition.ty).clone(),
        default: definition.default_value.clone(),
        context: None,
    }
}

/// An argument that some subgraphs do not know is left out, unless one of the others needs it.
fn report_missing(merger: &mut Merger, coordinate: &str, declared: &[(GraphId, &InputDef)]) {
    if declared.iter().any(|(_, argument)| argument.is_required()) {
        let sites: Vec<Site> =
            declared.iter().map(|(graph, input)| merger.site(*graph, input.span)).collect();
        let message = format!("`{coordinate}` is required and missing in other subgraphs");
        merger.diagnostics.report(codes::REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH, message, sites);
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
