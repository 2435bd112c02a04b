//! Directive definitions of the supergraph: executable directives that every subgraph knows, and composed ones.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::ast::{DirectiveDefinition, DirectiveList, DirectiveLocation, InputValueDefinition};
use apollo_compiler::{Name, Node};
use indexmap::IndexSet;

use super::{Merger, applied, arguments};
use crate::composition::codes::{self, Code};
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

/// An executable directive is there when every subgraph defines it, in the places that all of them allow.
fn merge_executable(merger: &mut Merger, merged: &mut Merged) {
    let subgraphs = merger.subgraphs;
    let names: IndexSet<&Name> = subgraphs
        .iter()
        .flat_map(|subgraph| subgraph.directives.values())
        .filter(|definition| executable(definition).next().is_some())
        .map(|definition| &definition.name)
        .filter(|name| !merger.composed.contains(*name))
        .collect();
    for name in names {
        let all: Vec<(GraphId, &Node<DirectiveDefinition>)> = subgraphs
            .iter()
            .enumerate()
            .filter_map(|(graph, subgraph)| Some((graph, subgraph.directives.get(name)?)))
            .collect();
        if all.len() < subgraphs.len() {
            let what = "is not defined in all subgraphs and left out of the supergraph";
            remark(merger, codes::INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE, &all, what);
        } else if let Some(common) = merge_one(merger, &all) {
            merged.directives.insert(name.clone(), Node::new(common));
        }
    }
}

/// One directive that every subgraph defines.
fn merge_one(
    merger: &mut Merger,
    all: &[(GraphId, &Node<DirectiveDefinition>)],
) -> Option<DirectiveDefinition> {
    let (_, first) = all.first()?;
    let places = |definition: &DirectiveDefinition| executable(definition).collect::<BTreeSet<&str>>();
    let locations: Vec<DirectiveLocation> = first
        .locations
        .iter()
        .filter(|location| is_executable(**location))
        .filter(|location| all.iter().all(|(_, other)| other.locations.contains(location)))
        .copied()
        .collect();
    if locations.is_empty() {
        let what = "is allowed in no place by all subgraphs and left out of the supergraph";
        remark(merger, codes::NO_EXECUTABLE_DIRECTIVE_INTERSECTION, all, what);
        return None;
    }
    if all.iter().any(|(_, other)| places(other) != places(first)) {
        let what = "is allowed in different places";
        remark(merger, codes::INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS, all, what);
    }
    if all.iter().any(|(_, other)| other.repeatable != first.repeatable) {
        let what = "is repeatable in some subgraphs only";
        remark(merger, codes::INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE, all, what);
    }
    let elements: Vec<applied::Source> = all
        .iter()
        .map(|(graph, definition)| applied::Source {
            graph: *graph,
            span: definition.name.location(),
            description: definition.description.as_ref(),
            directives: &[],
            members: 0,
        })
        .collect();
    let definitions: Vec<&DirectiveDefinition> = all.iter().map(|(_, definition)| &***definition).collect();
    Some(DirectiveDefinition {
        description: applied::description(merger, &format!("@{}", first.name), &elements),
        name: first.name.clone(),
        arguments: merge_arguments(merger, &definitions),
        repeatable: all.iter().all(|(_, other)| other.repeatable),
        locations,
    })
}

fn remark(merger: &mut Merger, code: Code, all: &[(GraphId, &Node<DirectiveDefinition>)], what: &str) {
    let sites: Vec<Site> =
        all.iter().map(|(graph, definition)| merger.site(*graph, definition.name.location())).collect();
    let name = all.first().map_or("", |(_, definition)| definition.name.as_str());
    merger.diagnostics.report(code, format!("`@{name}` {what}"), sites);
}

/// The places in what clients send.
fn executable(definition: &DirectiveDefinition) -> impl Iterator<Item = &'static str> {
    definition.locations.iter().filter(|location| is_executable(**location)).map(|location| location.name())
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
    let sites: Vec<Site> = declared.iter().map(|(graph, input)| merger.site(*graph, input.span)).collect();
    let (code, what) = if declared.iter().any(|(_, argument)| argument.is_required()) {
        (codes::REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH, "is required and missing in other subgraphs")
    } else {
        (
            codes::INCONSISTENT_ARGUMENT_PRESENCE,
            "is missing in other subgraphs and left out of the supergraph",
        )
    };
    merger.diagnostics.report(code, format!("`{coordinate}` {what}"), sites);
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
