//! The supergraph: types, fields, who owns each, keys and links. Immutable; read from and written as join-spec SDL.
//!
//! `machinery` tells specification names from users' names, `join` reads who knows what, `api_schema` makes what clients
//! see, `query_graph` says what can be fetched next from where.

mod api_schema;
mod contexts;
mod error;
mod field_set;
mod join;
mod machinery;
pub mod query_graph;
mod subgraph_types;
mod types;

use apollo_compiler::ast::OperationType;
use apollo_compiler::parser::Parser;
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Schema};

pub use self::contexts::{ContextArgument, ContextArgumentId};
pub use self::error::SupergraphError;
pub use self::field_set::{FieldSet, FieldSetField, FieldSetId};
pub use self::subgraph_types::{Key, Labelled, SubgraphField, SubgraphType};
pub use self::types::{CompositeType, TypeId, TypeKind, TypeTable};

use self::field_set::FieldSets;
use self::machinery::Machinery;
use self::query_graph::QueryGraph;

/// Index of a subgraph in [`Supergraph::subgraphs`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubgraphId(pub u32);

/// One subgraph as `join__Graph` names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subgraph {
    /// The name clients of `compose` gave it, e.g. `auth`.
    pub name: String,
    /// Its routing URL; may be empty when configuration supplies it.
    pub url: String,
}

/// A loaded supergraph. Built only by [`Supergraph::parse`], so every instance is consistent.
#[derive(Debug)]
pub struct Supergraph {
    subgraphs: Vec<Subgraph>,
    api_schema: Valid<Schema>,
    full_schema: Valid<Schema>,
    table: TypeTable,
    field_sets: Vec<FieldSet>,
    context_arguments: Vec<ContextArgument>,
    labels: Vec<String>,
    known: Vec<Option<SubgraphType>>,
    query_graph: QueryGraph,
}

impl Supergraph {
    /// Reads a join-spec supergraph (v0.1 to v0.5), whoever composed it.
    pub fn parse(sdl: &str) -> Result<Self, SupergraphError> {
        let parsed = Parser::new().parse_schema(sdl, "supergraph.graphql");
        let schema = parsed.map_err(|errors| SupergraphError::Syntax(errors.errors.to_string()))?;
        let machinery = Machinery::read(&schema);
        machinery.refuse_unknown()?;
        let (subgraphs, graphs) = join::subgraphs(&schema, &machinery)?;
        let api_schema = api_schema::public(&schema, &machinery)?;
        // The full schema is only looked up in, never handed to a client; composition has validated it.
        let full_schema = Valid::assume_valid(api_schema::full(schema, &machinery));
        let table = TypeTable::build(&full_schema, &api_schema);
        let mut reader = join::Reader {
            schema: &full_schema,
            machinery: &machinery,
            table: &table,
            graphs: &graphs,
            field_sets: FieldSets::default(),
            setters: contexts::setters(&full_schema, &machinery, &table),
            context_arguments: Vec::new(),
            labels: Vec::new(),
            known: Vec::new(),
        };
        reader.read()?;
        let (field_sets, known) = (reader.field_sets.sets, reader.known);
        let (context_arguments, labels) = (reader.context_arguments, reader.labels);
        let mut supergraph = Self {
            subgraphs,
            api_schema,
            full_schema,
            table,
            field_sets,
            context_arguments,
            labels,
            known,
            query_graph: QueryGraph::default(),
        };
        supergraph.query_graph = QueryGraph::build(&supergraph);
        Ok(supergraph)
    }

    /// The subgraphs in the order of the `join__Graph` enum.
    pub fn subgraphs(&self) -> &[Subgraph] {
        &self.subgraphs
    }

    /// All subgraph ids, in order.
    pub fn subgraph_ids(&self) -> impl Iterator<Item = SubgraphId> + use<> {
        (0..self.subgraphs.len() as u32).map(SubgraphId)
    }

    /// The public schema: what clients see; no join or link machinery, nothing inaccessible.
    pub fn api_schema(&self) -> &Valid<Schema> {
        &self.api_schema
    }

    /// All types and fields, inaccessible ones included, without machinery types.
    pub fn full_schema(&self) -> &Valid<Schema> {
        &self.full_schema
    }

    /// The composite types.
    pub fn types(&self) -> &TypeTable {
        &self.table
    }

    /// The id of an object type in a `TypeSet`.
    pub fn object_type_id(&self, name: &str) -> Option<usize> {
        self.table.object_id(name)
    }

    /// The object type with an id in a `TypeSet`.
    pub fn object_type_name(&self, object: usize) -> &Name {
        &self.table.get(self.table.object(object)).name
    }

    /// What a subgraph knows of a type, if it knows it.
    pub fn known(&self, subgraph: SubgraphId, ty: TypeId) -> Option<&SubgraphType> {
        self.known.get(subgraph.0 as usize * self.table.len() + ty.0 as usize)?.as_ref()
    }

    /// A field set.
    pub fn field_set(&self, id: FieldSetId) -> &FieldSet {
        &self.field_sets[id.0 as usize]
    }

    /// The labels of progressive overrides, e.g. `percent(5)`; all are off.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The same supergraph with these labels on, by the order of [`Supergraph::labels`].
    pub fn with_labels(&self, on: &[bool]) -> Self {
        let mut known = self.known.clone();
        for field in known.iter_mut().flatten().flat_map(|ty| ty.fields.values_mut()) {
            if let Some(Labelled { label, when, never }) = field.label {
                field.external = never || on.get(label).copied().unwrap_or(false) != when;
            }
        }
        let mut supergraph = Self {
            subgraphs: self.subgraphs.clone(),
            api_schema: self.api_schema.clone(),
            full_schema: self.full_schema.clone(),
            table: self.table.clone(),
            field_sets: self.field_sets.clone(),
            context_arguments: self.context_arguments.clone(),
            labels: self.labels.clone(),
            known,
            query_graph: QueryGraph::default(),
        };
        supergraph.query_graph = QueryGraph::build(&supergraph);
        supergraph
    }

    /// All arguments that come from contexts.
    pub fn context_arguments(&self) -> impl Iterator<Item = (ContextArgumentId, &ContextArgument)> {
        self.context_arguments.iter().enumerate().map(|(id, found)| (ContextArgumentId(id as u32), found))
    }

    /// An argument that comes from a context.
    pub fn context_argument(&self, id: ContextArgumentId) -> &ContextArgument {
        &self.context_arguments[id.0 as usize]
    }

    /// The root type of an operation kind.
    pub fn root_type(&self, kind: OperationType) -> Option<TypeId> {
        self.table.id(self.full_schema.root_operation(kind)?)
    }

    /// What can be fetched next, from where.
    pub fn query_graph(&self) -> &QueryGraph {
        &self.query_graph
    }
}
