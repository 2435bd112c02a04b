//! Subgraphs to one set of types, kind by kind.

mod applied;
mod arguments;
mod consistency;
mod definitions;
mod enums;
mod externals;
mod fields;
mod graphs;
mod inputs;
mod interface_access;
mod interface_objects;
mod kinds;
mod names;
mod overrides;
mod sharing;
mod subtypes;
mod type_reference;
mod unions;

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::Name;
use indexmap::IndexMap;

use self::subtypes::Subtypes;
use super::diagnostic::{Diagnostics, Site};
use super::merged::{GraphId, JoinType, Merged, MergedType, context_name};
use super::subgraph::usage::{self, Fields};
use super::subgraph::{Kind, Subgraph, TypeDef};

/// Merges subgraphs, which are sorted by name. What cannot be merged is reported and left out.
pub(crate) fn merge(subgraphs: &[Subgraph], diagnostics: &mut Diagnostics) -> Merged {
    let mut merger = Merger {
        subgraphs,
        diagnostics,
        subtypes: Subtypes::of(subgraphs),
        used: subgraphs.iter().map(usage::used).collect(),
        provided: subgraphs.iter().map(usage::provided).collect(),
        keys: subgraphs.iter().map(usage::in_keys).collect(),
        composed: definitions::composed_names(subgraphs),
    };
    let mut merged = Merged {
        graphs: graphs::graphs(subgraphs),
        description: consistency::description(&mut merger),
        ..Merged::default()
    };
    let kinds = kinds::decide(&mut merger);
    for (name, kind) in &kinds {
        let ty = merger.shell(name, *kind);
        merged.types.insert(name.clone(), ty);
    }
    names::check(&mut merger);
    fields::merge_all(&mut merger, &mut merged);
    interface_objects::add_fields(&mut merger, &mut merged);
    interface_access::carry(&mut merged);
    inputs::merge_all(&mut merger, &mut merged);
    unions::merge_all(&merger, &mut merged);
    definitions::merge(&mut merger, &mut merged);
    enums::merge_all(&mut merger, &mut merged);
    consistency::remark(&mut merger, &merged);
    merged
}

/// What all steps of merging share.
pub(crate) struct Merger<'a> {
    pub(crate) subgraphs: &'a [Subgraph],
    pub(crate) diagnostics: &'a mut Diagnostics,
    pub(crate) subtypes: Subtypes,
    /// Per subgraph: fields used in field sets and for interfaces.
    pub(crate) used: Vec<Fields>,
    /// Per subgraph: fields that it provides somewhere.
    pub(crate) provided: Vec<Fields>,
    /// Per subgraph: fields used in keys.
    pub(crate) keys: Vec<Fields>,
    /// Custom directives that are carried into the supergraph.
    pub(crate) composed: BTreeSet<Name>,
}

impl<'a> Merger<'a> {
    /// The subgraphs that have a type, and how they define it.
    pub(crate) fn definitions(&self, name: &Name) -> Vec<(GraphId, &'a TypeDef)> {
        self.subgraphs
            .iter()
            .enumerate()
            .filter_map(|(graph, subgraph)| Some((graph, subgraph.types.get(name)?)))
            .collect()
    }

    /// A place in one of the subgraphs.
    pub(crate) fn site(&self, graph: GraphId, span: Option<apollo_compiler::parser::SourceSpan>) -> Site {
        self.subgraphs[graph].site(span)
    }

    /// A type with everything but its members.
    fn shell(&mut self, name: &Name, kind: Kind) -> MergedType {
        let sources = self.definitions(name);
        let mut interfaces: IndexMap<Name, Vec<GraphId>> = IndexMap::new();
        let mut joins = Vec::new();
        for (graph, ty) in &sources {
            joins.extend(join_types(*graph, ty));
            for interface in ty.interfaces.keys() {
                interfaces.entry(interface.clone()).or_default().push(*graph);
            }
        }
        let elements: Vec<applied::Source> = sources
            .iter()
            .map(|(graph, ty)| applied::Source {
                graph: *graph,
                span: ty.span,
                description: ty.description.as_ref(),
                directives: &ty.directives,
                members: ty.members(),
            })
            .collect();
        MergedType {
            name: name.clone(),
            kind,
            description: applied::description(self, name.as_str(), &elements),
            directives: applied::directives(self, name.as_str(), &elements),
            cache_tags: applied::cache_tags(
                sources.iter().map(|(graph, ty)| (*graph, ty.cache_tags.as_slice())),
            ),
            contexts: sources
                .iter()
                .flat_map(|(graph, ty)| {
                    let subgraph = &*self.subgraphs[*graph].name;
                    ty.contexts.iter().map(|context| context_name(subgraph, &context.name))
                })
                .collect(),
            joins,
            interfaces,
            fields: IndexMap::new(),
            inputs: IndexMap::new(),
            values: IndexMap::new(),
            members: IndexMap::new(),
        }
    }
}

fn join_types(graph: GraphId, ty: &TypeDef) -> Vec<JoinType> {
    let bare = JoinType {
        graph,
        key: None,
        extension: false,
        resolvable: true,
        is_interface_object: ty.is_interface_object,
    };
    if ty.keys.is_empty() {
        return vec![bare];
    }
    ty.keys
        .iter()
        .map(|key| JoinType {
            key: Some(key.fields.print()),
            extension: key.extension,
            resolvable: key.resolvable,
            ..bare.clone()
        })
        .collect()
}

/// Names of types by kind, for iteration while the merged types are written.
pub(crate) fn names_of_kind(types: &BTreeMap<Name, MergedType>, kinds: &[Kind]) -> Vec<Name> {
    types.values().filter(|ty| kinds.contains(&ty.kind)).map(|ty| ty.name.clone()).collect()
}
