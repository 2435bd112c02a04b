//! The supergraph as merging makes it: public types, and for each element which subgraphs have it and how.

use std::collections::BTreeMap;

use apollo_compiler::ast::{Directive, DirectiveDefinition, Type, Value};
use apollo_compiler::{Name, Node};
use indexmap::IndexMap;

use super::subgraph::Kind;

/// Index of a subgraph, by name in order.
pub(crate) type GraphId = usize;

/// Everything that is written into the supergraph.
#[derive(Clone, Debug, Default)]
pub(crate) struct Merged {
    /// Of the schema.
    pub(crate) description: Option<Node<str>>,
    pub(crate) graphs: Vec<Graph>,
    pub(crate) types: BTreeMap<Name, MergedType>,
    /// Executable and composed directives.
    pub(crate) directives: BTreeMap<Name, Node<DirectiveDefinition>>,
    /// Links that composed directives bring: URL and imported names.
    pub(crate) composed_links: BTreeMap<String, Vec<Name>>,
}

/// A value of `join__Graph`.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    pub(crate) value: Name,
    pub(crate) name: String,
    pub(crate) url: String,
}

/// Each `@cacheTag` by its format, and who applies it.
pub(crate) type CacheTags = BTreeMap<String, Vec<GraphId>>;

/// A type.
#[derive(Clone, Debug)]
pub(crate) struct MergedType {
    pub(crate) name: Name,
    pub(crate) kind: Kind,
    pub(crate) description: Option<Node<str>>,
    pub(crate) directives: Vec<Node<Directive>>,
    pub(crate) cache_tags: CacheTags,
    /// The contexts that it sets, as the supergraph calls them.
    pub(crate) contexts: Vec<String>,
    pub(crate) joins: Vec<JoinType>,
    /// Interface, and who says so.
    pub(crate) interfaces: IndexMap<Name, Vec<GraphId>>,
    pub(crate) fields: IndexMap<Name, MergedField>,
    pub(crate) inputs: IndexMap<Name, MergedInput>,
    pub(crate) values: IndexMap<Name, MergedValue>,
    /// Member of a union, and who says so.
    pub(crate) members: IndexMap<Name, Vec<GraphId>>,
}

/// `@join__type`.
#[derive(Clone, Debug)]
pub(crate) struct JoinType {
    pub(crate) graph: GraphId,
    pub(crate) key: Option<String>,
    pub(crate) extension: bool,
    pub(crate) resolvable: bool,
    pub(crate) is_interface_object: bool,
}

/// A field of an object or interface.
#[derive(Clone, Debug)]
pub(crate) struct MergedField {
    pub(crate) name: Name,
    pub(crate) description: Option<Node<str>>,
    pub(crate) directives: Vec<Node<Directive>>,
    pub(crate) cache_tags: CacheTags,
    pub(crate) ty: Type,
    pub(crate) arguments: IndexMap<Name, MergedInput>,
    /// Empty: every subgraph that has the type resolves it, with this type.
    pub(crate) joins: Vec<JoinField>,
}

/// `@join__field`.
#[derive(Clone, Debug, Default)]
pub(crate) struct JoinField {
    /// `None`: resolved through an interface object.
    pub(crate) graph: Option<GraphId>,
    pub(crate) requires: Option<String>,
    pub(crate) provides: Option<String>,
    pub(crate) ty: Option<Type>,
    pub(crate) external: bool,
    pub(crate) overrides: Option<String>,
    pub(crate) override_label: Option<String>,
    pub(crate) used_overridden: bool,
    /// Arguments that the gateway fills in.
    pub(crate) context_arguments: Vec<ContextArgument>,
}

/// An element of `contextArguments`.
#[derive(Clone, Debug)]
pub(crate) struct ContextArgument {
    pub(crate) context: String,
    pub(crate) name: Name,
    pub(crate) ty: Type,
    pub(crate) selection: String,
}

/// A context as the supergraph calls it: it belongs to one subgraph.
pub(crate) fn context_name(subgraph: &str, context: &str) -> String {
    format!("{subgraph}__{context}")
}

/// An argument or input field.
#[derive(Clone, Debug)]
pub(crate) struct MergedInput {
    pub(crate) name: Name,
    pub(crate) description: Option<Node<str>>,
    pub(crate) directives: Vec<Node<Directive>>,
    pub(crate) ty: Type,
    pub(crate) default: Option<Node<Value>>,
    /// Of input fields only; empty: every subgraph that has the type has it, with this type.
    pub(crate) joins: Vec<JoinField>,
}

/// A value of an enum.
#[derive(Clone, Debug)]
pub(crate) struct MergedValue {
    pub(crate) name: Name,
    pub(crate) description: Option<Node<str>>,
    pub(crate) directives: Vec<Node<Directive>>,
    pub(crate) graphs: Vec<GraphId>,
}
