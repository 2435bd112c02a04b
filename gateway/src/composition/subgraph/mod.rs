//! One subgraph as composition sees it: type definitions and extensions made one, root types under their standard names,
//! federation directives understood under whatever name they were imported.

pub(crate) mod contexts;
pub(crate) mod field_set;
pub(crate) mod usage;

use std::collections::BTreeMap;
use std::sync::Arc;

use apollo_compiler::ast::{Directive, DirectiveDefinition, OperationType, Type, Value};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::{Name, Node};
use indexmap::IndexMap;

use self::contexts::{Context, FromContext};
use self::field_set::FieldSet;
use super::diagnostic::Site;

/// A subgraph, ready to be validated and merged.
#[derive(Clone, Debug)]
pub(crate) struct Subgraph {
    pub(crate) name: Arc<str>,
    pub(crate) url: String,
    /// That of its schema definition.
    pub(crate) description: Option<Node<str>>,
    pub(crate) version: FederationVersion,
    pub(crate) types: IndexMap<Name, TypeDef>,
    /// Definitions of executable directives, and of those that are composed.
    pub(crate) directives: IndexMap<Name, Node<DirectiveDefinition>>,
    pub(crate) composed: Vec<ComposedDirective>,
    /// Specifications that it links and composition does not know itself.
    pub(crate) foreign: Vec<ForeignSpecification>,
    /// Where it links federation.
    pub(crate) link_span: Option<SourceSpan>,
    /// What its imports call the directives that the supergraph carries, with `@`.
    pub(crate) names: BTreeMap<&'static str, String>,
}

/// The federation specification a subgraph is written against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FederationVersion {
    /// No link to federation.
    One,
    /// `https://specs.apollo.dev/federation/v2.N`.
    Two(u32),
}

/// A directive that `@composeDirective` carries into the supergraph.
#[derive(Clone, Debug)]
pub(crate) struct ComposedDirective {
    pub(crate) name: Name,
    /// What its specification calls it.
    pub(crate) imported: String,
    /// The specification it was linked from, without the version.
    pub(crate) identity: String,
    pub(crate) version: (u32, u32),
    pub(crate) url: String,
    pub(crate) span: Option<SourceSpan>,
}

/// A specification that composition does not know itself.
#[derive(Clone, Debug)]
pub(crate) struct ForeignSpecification {
    /// Its URL without the version.
    pub(crate) identity: String,
    pub(crate) version: (u32, u32),
    /// Imported element and its local name; directives with `@`.
    pub(crate) imports: Vec<(String, String)>,
    /// Where it is linked.
    pub(crate) span: Option<SourceSpan>,
}

/// Kind of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Kind {
    Scalar,
    Object,
    Interface,
    Union,
    Enum,
    Input,
}

/// A type; which collections are used follows from the kind.
#[derive(Clone, Debug)]
pub(crate) struct TypeDef {
    pub(crate) name: Name,
    pub(crate) kind: Kind,
    pub(crate) span: Option<SourceSpan>,
    pub(crate) description: Option<Node<str>>,
    /// Directives that are carried into the supergraph, under their supergraph names.
    pub(crate) directives: Vec<Node<Directive>>,
    /// Its applications of `@cacheTag`.
    pub(crate) cache_tags: Vec<Node<Directive>>,
    /// The contexts that it sets.
    pub(crate) contexts: Vec<Context>,
    pub(crate) keys: Vec<Key>,
    /// Only `extend` and no definition, or marked `@extends`.
    pub(crate) is_extension: bool,
    pub(crate) is_interface_object: bool,
    pub(crate) interfaces: IndexMap<Name, Option<SourceSpan>>,
    pub(crate) fields: IndexMap<Name, FieldDef>,
    pub(crate) inputs: IndexMap<Name, InputDef>,
    pub(crate) values: IndexMap<Name, ValueDef>,
    pub(crate) members: IndexMap<Name, Option<SourceSpan>>,
}

/// One `@key`.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) fields: FieldSet,
    pub(crate) resolvable: bool,
    /// Applied to an `extend`, or to a type with `@extends`.
    pub(crate) extension: bool,
    /// Applied to a type with `@extends`.
    pub(crate) marked_extends: bool,
}

/// A field of an object or interface.
#[derive(Clone, Debug)]
pub(crate) struct FieldDef {
    pub(crate) name: Name,
    pub(crate) span: Option<SourceSpan>,
    pub(crate) description: Option<Node<str>>,
    pub(crate) directives: Vec<Node<Directive>>,
    /// Its applications of `@cacheTag`.
    pub(crate) cache_tags: Vec<Node<Directive>>,
    pub(crate) ty: Type,
    pub(crate) arguments: IndexMap<Name, InputDef>,
    pub(crate) external: External,
    /// Where `@external` stands, if it stands on the field itself.
    pub(crate) external_span: Option<SourceSpan>,
    pub(crate) shareable: bool,
    /// Where `@shareable` stands, if it stands on the field itself.
    pub(crate) shareable_span: Option<SourceSpan>,
    pub(crate) requires: Option<FieldSet>,
    pub(crate) provides: Option<FieldSet>,
    pub(crate) overrides: Option<Override>,
}

/// Whether a subgraph resolves a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum External {
    /// It resolves it.
    No,
    /// Marked `@external`, but a key field of an extension, which every representation brings: it resolves it.
    KeyOfExtension,
    /// It does not resolve it.
    Yes,
}

/// `@override(from:, label:)`.
#[derive(Clone, Debug)]
pub(crate) struct Override {
    pub(crate) from: String,
    pub(crate) label: Option<String>,
    pub(crate) span: Option<SourceSpan>,
}

/// An argument or an input field.
#[derive(Clone, Debug)]
pub(crate) struct InputDef {
    pub(crate) name: Name,
    pub(crate) span: Option<SourceSpan>,
    pub(crate) description: Option<Node<str>>,
    pub(crate) directives: Vec<Node<Directive>>,
    pub(crate) ty: Type,
    pub(crate) default: Option<Node<Value>>,
    /// Of arguments only: where its value is taken from instead of the client.
    pub(crate) context: Option<FromContext>,
}

/// A value of an enum.
#[derive(Clone, Debug)]
pub(crate) struct ValueDef {
    pub(crate) name: Name,
    pub(crate) span: Option<SourceSpan>,
    pub(crate) description: Option<Node<str>>,
    pub(crate) directives: Vec<Node<Directive>>,
}

impl Subgraph {
    /// A place in this subgraph's text.
    pub(crate) fn site(&self, span: Option<SourceSpan>) -> Site {
        Site { subgraph: Arc::clone(&self.name), span }
    }

    /// The object types that a value of this type can have at run time, as far as this subgraph knows.
    pub(crate) fn runtime_types<'a>(&'a self, name: &'a Name) -> Vec<&'a TypeDef> {
        let Some(ty) = self.types.get(name) else {
            return Vec::new();
        };
        match ty.kind {
            Kind::Object => vec![ty],
            Kind::Interface => self
                .types
                .values()
                .filter(|object| object.kind == Kind::Object && object.interfaces.contains_key(name))
                .collect(),
            Kind::Union => ty.members.keys().filter_map(|member| self.types.get(member)).collect(),
            Kind::Scalar | Kind::Enum | Kind::Input => Vec::new(),
        }
    }
}

impl TypeDef {
    /// How many members it has here, of whatever kind; an interface object only stands for the interface that has them.
    pub(crate) fn members(&self) -> usize {
        if self.is_interface_object {
            return 0;
        }
        self.fields.len() + self.inputs.len() + self.values.len() + self.members.len()
    }
}

impl FieldDef {
    /// Whether this subgraph answers the field itself.
    pub(crate) fn is_external(&self) -> bool {
        self.external == External::Yes
    }

    /// The arguments whose values come from contexts.
    pub(crate) fn contextual(&self) -> impl Iterator<Item = (&InputDef, &FromContext)> {
        self.arguments.values().filter_map(|argument| Some((argument, argument.context.as_ref()?)))
    }
}

impl InputDef {
    /// Whether a client has to give a value.
    pub(crate) fn is_required(&self) -> bool {
        self.ty.is_non_null() && self.default.is_none()
    }
}

impl Kind {
    /// The kind in words.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Kind::Scalar => "scalar",
            Kind::Object => "object type",
            Kind::Interface => "interface",
            Kind::Union => "union",
            Kind::Enum => "enum",
            Kind::Input => "input type",
        }
    }

    /// Whether a selection can be made on it.
    pub(crate) fn is_composite(self) -> bool {
        matches!(self, Kind::Object | Kind::Interface | Kind::Union)
    }
}

/// The standard name of a root type.
pub(crate) fn root_name(operation: OperationType) -> Name {
    match operation {
        OperationType::Query => apollo_compiler::name!("Query"),
        OperationType::Mutation => apollo_compiler::name!("Mutation"),
        OperationType::Subscription => apollo_compiler::name!("Subscription"),
    }
}

/// Whether this is the standard name of a root type.
pub(crate) fn is_root(name: &str) -> bool {
    matches!(name, "Query" | "Mutation" | "Subscription")
}

/// Whether a directive of this name is among those applied.
pub(crate) fn has_directive(directives: &[Node<Directive>], name: &str) -> bool {
    directives.iter().any(|directive| directive.name == name)
}
