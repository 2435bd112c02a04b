//! What can be fetched next, standing on an object of one type that came from one subgraph, and what has to be known
//! first. Built once per supergraph; walked by composition's satisfiability check and by planning.
//!
//! A *place* is (subgraph, type as that subgraph knows it, what `@provides` on the way here added). Moves lead from place
//! to place: by a field, by a key into another subgraph (an *entry*), by a cast to an object type. Ids are small integers.

mod build;
mod reach;

use apollo_compiler::Name;
use rustc_hash::FxHashMap;

use super::contexts::ContextArgumentId;
use super::field_set::FieldSetId;
use super::types::{TypeId, TypeKind};
use super::{SubgraphId, Supergraph};

/// Index of a [`Place`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlaceId(pub u32);

/// Where one can stand.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The subgraph.
    pub subgraph: SubgraphId,
    /// The type as the subgraph knows it.
    pub ty: TypeId,
    /// What it is in the subgraph.
    pub kind: TypeKind,
    /// What `@provides` on the way here added.
    pub provided: Vec<FieldSetId>,
}

/// A field that a place's subgraph resolves there.
#[derive(Clone, Debug)]
pub struct FieldMove {
    /// The field.
    pub name: Name,
    /// Where it leads; `None` for leaves.
    pub target: Option<PlaceId>,
    /// What must be sent along in a representation.
    pub requires: Option<FieldSetId>,
    /// The arguments that come from contexts: the field is only asked of an entity, with their values beside it.
    pub contexts: Vec<ContextArgumentId>,
}

/// How a subgraph is entered with a representation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// As the object's own type: its `__typename` must be known.
    Object,
    /// As an interface that the subgraph owns: `__typename` is the interface's and comes back concrete.
    Interface(TypeId),
    /// As an interface object: `__typename` is the interface's.
    InterfaceObject(TypeId),
    /// A root type: nothing is sent.
    Root,
}

/// A way into a subgraph for objects of one type.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where it leads: the object type, or the interface object.
    pub place: PlaceId,
    /// How.
    pub kind: EntryKind,
    /// What identifies the object; `None` for root types.
    pub key: Option<FieldSetId>,
}

/// Places and moves.
#[derive(Debug, Default)]
pub struct QueryGraph {
    places: Vec<Place>,
    ids: FxHashMap<Place, PlaceId>,
    /// By place: its fields, sorted by name.
    moves: Vec<Vec<FieldMove>>,
    /// By object type: the ways in, in the order of subgraphs.
    entries: Vec<Vec<Entry>>,
    /// By (place, object type): what key moves open, itself first.
    reach: FxHashMap<(PlaceId, usize), Vec<PlaceId>>,
}

impl QueryGraph {
    pub(super) fn build(supergraph: &Supergraph) -> Self {
        let mut graph = build::places_and_moves(supergraph);
        reach::fill(&mut graph, supergraph);
        graph
    }

    /// A place.
    pub fn place(&self, id: PlaceId) -> &Place {
        &self.places[id.0 as usize]
    }

    /// The place of a type in a subgraph, nothing provided.
    pub fn base(&self, subgraph: SubgraphId, ty: TypeId, kind: TypeKind) -> Option<PlaceId> {
        self.ids.get(&Place { subgraph, ty, kind, provided: Vec::new() }).copied()
    }

    /// The field at a place, if its subgraph resolves it there. Asked of an object, an interface object or (for
    /// positions without possible types) an interface.
    pub fn field(&self, place: PlaceId, name: &str) -> Option<&FieldMove> {
        let moves = &self.moves[place.0 as usize];
        moves.binary_search_by(|found| found.name.as_str().cmp(name)).ok().map(|index| &moves[index])
    }

    /// The place of an object type at a place: the cast of an abstract one, an interface object or object itself.
    /// `None` when the subgraph does not list the type there.
    pub fn cast(&self, supergraph: &Supergraph, place: PlaceId, object: usize) -> Option<PlaceId> {
        let found = self.place(place);
        let ty = supergraph.types().object(object);
        match found.kind {
            TypeKind::Object => (found.ty == ty).then_some(place),
            TypeKind::InterfaceObject => {
                supergraph.types().get(found.ty).possible.contains(object).then_some(place)
            }
            TypeKind::Interface | TypeKind::Union => {
                let known = supergraph.known(found.subgraph, found.ty)?;
                if !known.possible.contains(object) {
                    return None;
                }
                let cast = Place {
                    subgraph: found.subgraph,
                    ty,
                    kind: TypeKind::Object,
                    provided: found.provided.clone(),
                };
                self.ids.get(&cast).copied()
            }
        }
    }

    /// The ways into subgraphs for an object type.
    pub fn entries(&self, object: usize) -> &[Entry] {
        self.entries.get(object).map_or(&[], Vec::as_slice)
    }

    /// The places that key moves open for an object of a type that stands at a place; itself first.
    pub fn reach(&self, place: PlaceId, object: usize) -> &[PlaceId] {
        self.reach.get(&(place, object)).map_or(&[], Vec::as_slice)
    }

    /// Where a field leads, asked of an object at a place or wherever keys lead from there; empty when nothing answers it.
    /// `set` are the arguments whose contexts an object above sets.
    pub fn takes(
        &self,
        supergraph: &Supergraph,
        (place, object): (PlaceId, usize),
        name: &str,
        set: &impl Fn(ContextArgumentId) -> bool,
    ) -> Vec<Option<PlaceId>> {
        reach::takes(self, supergraph, (place, object), name, set)
    }

    /// Whether everything in a field set can be obtained for an object at a place, by keys too.
    pub fn obtains(&self, supergraph: &Supergraph, place: PlaceId, object: usize, set: FieldSetId) -> bool {
        reach::obtains(self, supergraph, (place, object), set)
    }

    /// Whether the concrete type of an object is known at a place.
    pub fn knows_type(&self, place: PlaceId) -> bool {
        self.place(place).kind != TypeKind::InterfaceObject
    }
}
