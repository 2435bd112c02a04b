//! A plan compiled for execution: everything that can be known before data is there, computed once and cached.

mod compile;
mod leaf;
mod positions;
mod projection;
mod representation;
mod shape;
mod types;

use std::sync::Arc;

use apollo_compiler::Name;
use fixedbitset::FixedBitSet;

pub(crate) use compile::compile;
pub(super) use leaf::Leaf;
pub(crate) use types::{RuntimeTypes, TypeId, UNKNOWN_TYPE};

use crate::operation::selection::{Guard, Operation, PartId, PartSet};
use crate::planning::EntitiesNames;
use crate::planning::query_plan::Fetch;
use crate::supergraph::SubgraphId;

/// A compiled plan.
#[derive(Debug)]
pub(crate) struct Program {
    pub operation: Arc<Operation>,
    pub types: Arc<RuntimeTypes>,
    /// Slots of the root object.
    pub root_slots: u32,
    pub root_type: TypeId,
    pub fetches: Vec<FetchProgram>,
    /// The distinct guards; the first always holds.
    pub guards: Vec<Guard>,
    /// The client's selection sets; the first is the root's.
    pub sets: Vec<ProjectionSet>,
    /// Whether `__schema` or `__type` is asked for.
    pub introspects: bool,
}

impl Program {
    /// The subgraph whose events a subscription answers.
    pub fn subscribed(&self) -> Option<&str> {
        self.fetches.first().map(|fetch| &*fetch.service)
    }
}

/// Index into [`Program::guards`].
pub(super) type GuardId = u32;
/// The guard that always holds.
pub(super) const ALWAYS: GuardId = 0;
/// Index into [`Program::sets`].
pub(super) type SetId = usize;

/// One request.
#[derive(Debug)]
pub(crate) struct FetchProgram {
    pub subgraph: SubgraphId,
    pub service: Arc<str>,
    /// The parts of the answer that it is first needed for.
    pub due: PartSet,
    pub after: Vec<usize>,
    pub guard: GuardId,
    /// The body up to the variables: `{"query":"…"`.
    pub body: Vec<u8>,
    /// The client's variables that go along, each with its quoted key and colon.
    pub variables: Vec<(Name, Vec<u8>)>,
    /// The fetch as planned, where its document depends on what contexts give.
    pub planned: Option<Box<Fetch>>,
    pub steps: Vec<StepProgram>,
}

/// One part of a request.
#[derive(Debug)]
pub(crate) struct StepProgram {
    /// Where the objects stand that the answer fills; several paths only for entities.
    pub routes: Vec<Route>,
    /// For entities, how they are asked for.
    pub entities: Option<EntitiesProgram>,
    /// What the answer of one object looks like.
    pub shape: Shape,
    /// Whether nobody else fills the composite values that this step brings: then objects with one representation may
    /// share them. Otherwise each gets its own.
    pub is_sole_source: bool,
}

/// How entities are asked for.
#[derive(Debug)]
pub(crate) struct EntitiesProgram {
    /// The key of `_entities` in the subgraph's answer.
    pub response_key: Vec<u8>,
    /// The variable's quoted key and colon.
    pub variable: Vec<u8>,
    pub representations: Vec<RepresentationProgram>,
    /// What objects above the entities fill in.
    pub contexts: Vec<ContextProgram>,
    /// The names in the document.
    pub names: EntitiesNames,
}

/// A variable that objects above the entities fill in: where its value may be found, the nearest first.
#[derive(Debug)]
pub(crate) struct ContextProgram {
    pub sources: Vec<ContextSource>,
    /// Whether any field that takes it is asked for.
    pub guard: GuardId,
    /// What is sent when none is: any value of the type.
    pub unasked: &'static [u8],
}

/// Where the value may be found.
#[derive(Debug)]
pub(crate) struct ContextSource {
    /// How many slots of the route lead to the object.
    pub depth: usize,
    pub types: FixedBitSet,
    /// `None`: null is given.
    pub value: Option<RepresentationField>,
}

impl EntitiesProgram {
    /// The group of entities that a key of the answer belongs to.
    pub fn group(&self, key: &[u8]) -> Option<usize> {
        match key.strip_prefix(self.response_key.as_slice())? {
            [] => Some(0),
            rest => std::str::from_utf8(rest.strip_prefix(b"__")?).ok()?.parse().ok(),
        }
    }
}

/// A way to objects of the merged answer.
#[derive(Debug)]
pub(crate) struct Route {
    pub moves: Vec<Move>,
    /// What the client selects on the objects at its end; several sets where it depends on a type on the way.
    pub sets: Vec<SetId>,
}

/// One step of a [`Route`].
#[derive(Debug)]
pub(crate) enum Move {
    /// Into a slot, through all its list levels. The key is the client's, if the client asked for this field.
    Slot { slot: u32, client_key: Option<Name> },
    /// Only objects of these types go on.
    OnTypes(FixedBitSet),
}

/// The shape of an object in a subgraph's answer.
#[derive(Debug)]
pub(crate) struct Shape {
    /// Slots of a new object at this position.
    pub slots: u32,
    /// The runtime type, where the subgraph's schema says it.
    pub static_type: TypeId,
    pub entries: Vec<ShapeEntry>,
    /// Entries whose objects' type depends on the runtime type of this object.
    pub dependent_types: Vec<DependentType>,
}

/// One key of a [`Shape`]; other keys are skipped.
#[derive(Debug)]
pub(crate) struct ShapeEntry {
    /// As it stands between quotes in the answer.
    pub key: Vec<u8>,
    pub slot: ShapeSlot,
    /// The slot key, which is the client's response key where the client asked for the field.
    pub slot_key: Name,
    pub guard: GuardId,
    pub list_depth: u32,
    pub sub: Option<Shape>,
}

/// Where the value of a [`ShapeEntry`] goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ShapeSlot {
    Slot(u32),
    /// It is the object's runtime type.
    TypeName,
}

/// On these types, the objects in this slot have this type.
#[derive(Debug)]
pub(crate) struct DependentType {
    pub slot: u32,
    pub on: FixedBitSet,
    pub type_id: TypeId,
}

/// How an entity of certain types is named to a subgraph.
#[derive(Debug)]
pub(crate) struct RepresentationProgram {
    pub types: FixedBitSet,
    /// `{"__typename":"T"`; without a fixed name only up to the opening quote of the name.
    pub opening: Vec<u8>,
    pub has_fixed_type_name: bool,
    pub fields: Vec<RepresentationField>,
}

/// One field of a representation.
#[derive(Debug)]
pub(crate) struct RepresentationField {
    /// The quoted name with colon.
    pub key: Vec<u8>,
    /// Writes the object's runtime type.
    pub is_type_name: bool,
    /// Where the value stands otherwise; no fetch brings it where it is `None`.
    pub slot: Option<u32>,
    /// On which types; `None` means all.
    pub types: Option<FixedBitSet>,
    pub is_key: bool,
    pub fields: Vec<RepresentationField>,
}

/// What the client selects on a composite position.
#[derive(Debug)]
pub(crate) struct ProjectionSet {
    /// The type's name, for messages.
    pub parent: Name,
    /// The runtime type where the public type is an object type.
    pub static_type: TypeId,
    /// The runtime types that the position may have.
    pub possible: FixedBitSet,
    /// Whether the fields can be written without knowing the runtime type.
    pub is_uniform: bool,
    /// In the order of the answer, unless a field's place among the others depends on the variables.
    pub fields: Vec<ProjectionField>,
    /// The deferred fragments that stand here.
    pub defers: Vec<DeferPlace>,
}

/// A deferred fragment on objects of a set.
#[derive(Debug)]
pub(crate) struct DeferPlace {
    pub part: PartId,
    /// The part that it stands in.
    pub parent: PartId,
    /// On which runtime types.
    pub types: FixedBitSet,
}

/// One field of the client's answer.
#[derive(Debug)]
pub(crate) struct ProjectionField {
    pub response_key: Name,
    /// The field's name, for messages.
    pub name: Name,
    /// The quoted response key with colon.
    pub key: Vec<u8>,
    /// On which runtime types; `None` means all that are possible.
    pub types: Option<FixedBitSet>,
    pub guard: GuardId,
    /// Where it stands among the others: the first whose guard holds says it.
    pub ranks: Vec<(GuardId, u32)>,
    /// The parts of the answer that it belongs to.
    pub parts: PartSet,
    /// The earliest of these: fields of one object with equal ones are executed together.
    pub due: PartSet,
    /// Whether null is forbidden: of the value, then of the items of each list level.
    pub non_null: Vec<bool>,
    pub content: Content,
}

/// Where the value of a field comes from and what it may be.
#[derive(Debug)]
pub(crate) enum Content {
    /// The object's runtime type.
    TypeName,
    /// `__schema` or `__type`.
    Introspection,
    /// A scalar or enum in this slot; no fetch fills it where it is `None`.
    Leaf { slot: Option<u32>, leaf: Arc<Leaf> },
    /// Objects in this slot.
    Composite { slot: Option<u32>, set: SetId },
}

impl Shape {
    /// The entry of a key, tried first at `hint`, where it stands if the subgraph keeps the order of the request.
    pub fn entry(&self, key: &[u8], hint: usize) -> Option<(usize, &ShapeEntry)> {
        match self.entries.get(hint) {
            Some(entry) if entry.key == key => Some((hint, entry)),
            _ => self.entries.iter().enumerate().find(|(_, entry)| entry.key == key),
        }
    }
}

impl ProjectionSet {
    /// The order in which the fields are written when it is not their own: the numbers of the fields.
    pub fn order(&self, guards: &[bool]) -> Option<Vec<usize>> {
        if self.fields.iter().all(|field| field.ranks.len() < 2) {
            return None;
        }
        let rank = |number: &usize| {
            let mut ranks = self.fields[*number].ranks.iter();
            ranks.find(|(guard, _)| guards[*guard as usize]).map_or(u32::MAX, |(_, rank)| *rank)
        };
        let mut order: Vec<usize> = (0..self.fields.len()).collect();
        order.sort_by_key(rank);
        Some(order)
    }
}

impl ProjectionField {
    /// Whether it is selected on this type; an unknown type passes.
    pub fn is_on(&self, type_id: TypeId) -> bool {
        type_id == UNKNOWN_TYPE || self.types.as_ref().is_none_or(|types| types.contains(type_id as usize))
    }
}
