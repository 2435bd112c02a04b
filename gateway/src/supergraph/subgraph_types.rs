//! What each subgraph knows of each composite type: data only.

use apollo_compiler::Name;
use apollo_compiler::ast;
use fixedbitset::FixedBitSet;
use indexmap::IndexMap;

use super::contexts::ContextArgumentId;
use super::field_set::FieldSetId;
use super::types::{TypeId, TypeKind};

/// A composite type as one subgraph knows it.
#[derive(Clone, Debug)]
pub struct SubgraphType {
    /// What it is there.
    pub kind: TypeKind,
    /// Its keys, resolvable or not, in the order of the supergraph.
    pub keys: Vec<Key>,
    /// Its fields by name, in the order of the supergraph.
    pub fields: IndexMap<Name, SubgraphField>,
    /// The object types that can come out of the subgraph at this type. For an interface object, those of the interface.
    pub possible: FixedBitSet,
}

/// A key of an entity in a subgraph.
#[derive(Clone, Debug)]
pub struct Key {
    /// What identifies the entity.
    pub fields: FieldSetId,
    /// As written, for messages.
    pub text: String,
    /// Whether the subgraph resolves representations of it.
    pub resolvable: bool,
}

/// One side of a progressive override (`@override(label:)`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Labelled {
    /// Index into [`super::Supergraph::labels`].
    pub label: usize,
    /// Whether this subgraph resolves the field when the label is on, or when it is off.
    pub when: bool,
    /// Whether it never does.
    pub never: bool,
}

/// A field as one subgraph knows it.
#[derive(Clone, Debug)]
pub struct SubgraphField {
    /// The subgraph's own type of it.
    pub ty: ast::Type,
    /// The composite type it leads to; `None` for leaves.
    pub target: Option<TypeId>,
    /// Not resolvable here, unless provided on the way: `external`, overridden, or by an override label the other's.
    pub external: bool,
    /// Its side of a progressive override.
    pub label: Option<Labelled>,
    /// What the subgraph must be told to resolve it.
    pub requires: Option<FieldSetId>,
    /// What it additionally resolves below.
    pub provides: Option<FieldSetId>,
    /// Its arguments that come from contexts.
    pub contexts: Vec<ContextArgumentId>,
}
