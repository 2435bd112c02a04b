//! The query plan: a graph of fetches. Data only; planning builds it, execution compiles and runs it, `Display` prints it.
//!
//! **The merged answer.** Execution sees one tree of objects, the *merged answer*. Every field in it stands under a
//! *slot key*. A field of the client's stands under its response key; a field that only the plan needs (keys, required
//! fields) under a slot key of the planner's choosing that no client's key at that position equals, unless it is the same
//! field with the same arguments and guard, in which case it shares the client's.
//!
//! **Runtime types.** The slot key `__typename` is reserved: a fetch field with that slot tells the concrete object type of
//! its object and is never asked of an interface object. Where the type that the subgraph declares for a position is an
//! object type of the public schema, execution knows the runtime type without being told; elsewhere the plan asks for it
//! wherever it matters. Aliases of `__typename` in the client's answer, and `__typename` of the root, are written from
//! this knowledge and need no slots of their own.
//!
//! **Dead types.** A field of the client's that no fetch asks for on some runtime type is one that not every subgraph on
//! the way can return there (engine.md, "casts intersect"): it is null, without an error of its own if it may be null.

use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::ast;

use crate::operation::selection::{Guard, Operation, OperationType, PartSet};
use crate::supergraph::SubgraphId;

/// How an operation is answered.
#[derive(Clone, Debug)]
pub struct QueryPlan {
    /// What the client asked; the projection of the answer is made from it.
    pub operation: Arc<Operation>,
    /// The fetches in a topological order: `after` names smaller indices only. For a subscription, the first is the
    /// subscription itself and the rest runs once for each event.
    pub fetches: Vec<Fetch>,
}

/// Index into [`QueryPlan::fetches`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FetchId(pub u32);

/// One request to one subgraph. The response keys at the top of its root steps are distinct.
#[derive(Clone, Debug)]
pub struct Fetch {
    /// Who is asked.
    pub subgraph: SubgraphId,
    /// Query, mutation or subscription; entity fetches are queries.
    pub kind: OperationType,
    /// Fetches that must have ended before this one may start: those whose data it needs, and for mutations those that
    /// come before it.
    pub after: Vec<FetchId>,
    /// The parts of the answer that it is first needed for. One that is needed for deferred fragments starts when a part
    /// has been sent that one of them stands in.
    pub due: PartSet,
    /// The fetch is left out when this does not hold.
    pub guard: Guard,
    /// What is asked.
    pub steps: Vec<FetchStep>,
}

/// One part of a fetch. Entity steps of one fetch become aliased `_entities` fields of one request.
#[derive(Clone, Debug)]
pub enum FetchStep {
    /// Root fields. `path` is empty at the top of the operation; otherwise it leads to objects of a root type met below.
    Root {
        /// Where the answer belongs in the merged answer.
        path: Path,
        /// What is asked on the subgraph's root type.
        selection: Vec<Selection>,
    },
    /// `_entities(representations: …)`.
    Entities {
        /// Where the entities stand; usually one path. Objects found by several paths are sent in one list.
        paths: Vec<Path>,
        /// How a representation is written, by runtime type; the first whose `types` hold the object's runtime type
        /// serves. An object of no listed type is not sent. An object whose runtime type nobody told yet (it came from an
        /// interface object) is served by the first representation with a `type_name`, and by none if there is none.
        representations: Vec<Representation>,
        /// Variables of the selection whose values come from objects above the entities. Entities with different values
        /// are asked for apart: in a list of their own, with variables of their own.
        contexts: Vec<ContextVariable>,
        /// What is asked, as inline fragments on the subgraph's types.
        selection: Vec<Selection>,
    },
}

/// A path in the merged answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path(pub Vec<PathSegment>);

/// One step of a [`Path`]. Lists are entered without a step of their own: whatever stands under a key is walked through
/// all its list levels.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PathSegment {
    /// The object (or objects) under this slot key.
    Key(Name),
    /// Only objects of these runtime types, or of which nobody told the type yet (they came from an interface object).
    OnTypes(Vec<Name>),
}

/// How a representation of an entity is written for a subgraph.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Representation {
    /// The runtime object types it serves.
    pub types: Vec<Name>,
    /// What is sent as `__typename`; `None` sends the runtime type. An interface object is sent its interface's name.
    pub type_name: Option<Name>,
    /// The fields sent, key and required fields together.
    pub fields: Vec<RepresentationField>,
}

/// One field of a representation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RepresentationField {
    /// The name it is sent under (the field's own name).
    pub name: Name,
    /// The slot key under which the merged answer holds it.
    pub slot: Name,
    /// The runtime types on which it is selected (`... on T` inside a field set); empty means all.
    pub types: Vec<Name>,
    /// Whether it belongs to the key: an object whose key field is null or absent is not sent. A required field that is
    /// null is sent as null; one that is absent leaves the object out.
    pub is_key: bool,
    /// What is sent of a composite value; empty for leaves.
    pub fields: Vec<RepresentationField>,
}

/// A variable that has, for each entity, the value that an object above it gives (`@fromContext`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ContextVariable {
    /// Its name in the selection; no variable of the client's begins like it.
    pub variable: Name,
    /// The type of the subgraph's argument.
    pub ty: ast::Type,
    /// Where its value may be found, the nearest first: the first whose `types` hold the runtime type of the object there.
    pub sources: Vec<ContextSource>,
    /// Whether any field that takes it is asked for.
    pub guard: Guard,
}

/// Where the value of a [`ContextVariable`] may be found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ContextSource {
    /// How many keys of the entities' path lead to the object.
    pub depth: usize,
    /// Its runtime types.
    pub types: Vec<Name>,
    /// The value: its one leaf is sent. `None` sends null.
    pub value: Option<RepresentationField>,
}

/// A selection of a fetch, in terms of the subgraph's schema. Within one selection set, inline fragments included, one
/// response key always leads to one slot key and has one list depth: where types differ in that, the planner aliases.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Selection {
    /// A field.
    Field(FetchField),
    /// `... on T { … }`.
    InlineFragment {
        /// A type of the subgraph.
        type_condition: Name,
        /// What is selected on it.
        selections: Vec<Selection>,
    },
}

/// A field that a fetch asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FetchField {
    /// The field's name in the subgraph.
    pub name: Name,
    /// The key in the subgraph's answer; printed as alias when it is not `name`.
    pub response_key: Name,
    /// The slot key in the merged answer; `None` for a field whose value is asked for only to keep the selection legal
    /// (such as `__typename` of an interface object) and goes nowhere.
    pub slot: Option<Name>,
    /// The arguments: constants and the client's variables.
    pub arguments: Vec<(Name, Arc<ast::Value>)>,
    /// Printed as `@include`/`@skip`; execution treats the slot as absent when it does not hold.
    pub guard: Guard,
    /// The type that the *subgraph* declares, with wrappers; used for the shape of the answer only (nullability is
    /// judged by the public type).
    pub ty: ast::Type,
    /// What is asked below; empty for leaves.
    pub selections: Vec<Selection>,
}
