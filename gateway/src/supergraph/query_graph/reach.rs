//! What key moves open from one place: a least fixed point, computed once.
//!
//! Keys and required sets are solved from the one place that the move leaves (and what that place reaches), so a value
//! type without keys whose parts lie in two subgraphs does not pass.

use apollo_compiler::ast::OperationType;

use super::{Entry, EntryKind, PlaceId, QueryGraph};
use crate::supergraph::Supergraph;
use crate::supergraph::contexts::ContextArgumentId;
use crate::supergraph::field_set::FieldSetId;
use crate::supergraph::types::TypeKind;

/// How deep required sets may need one another.
const REQUIRES_DEPTH: usize = 16;

pub(super) fn fill(graph: &mut QueryGraph, supergraph: &Supergraph) {
    let states = states(graph, supergraph);
    for state in &states {
        graph.reach.insert(*state, vec![state.0]);
    }
    // In rounds, so that places stand in the order of the hops that lead to them: what opens one stands before it.
    loop {
        let mut changed = false;
        for (place, object) in &states {
            let opened = next(graph, supergraph, *place, *object);
            changed |= !opened.is_empty();
            if let Some(reach) = graph.reach.get_mut(&(*place, *object)) {
                reach.extend(opened);
            }
        }
        if !changed {
            return;
        }
    }
}

fn states(graph: &QueryGraph, supergraph: &Supergraph) -> Vec<(PlaceId, usize)> {
    let mut found = Vec::new();
    for (index, place) in graph.places.iter().enumerate() {
        if matches!(place.kind, TypeKind::Object | TypeKind::InterfaceObject) {
            let possible = &supergraph.types().get(place.ty).possible;
            found.extend(possible.ones().map(|object| (PlaceId(index as u32), object)));
        }
    }
    found
}

/// What one more hop opens.
fn next(graph: &QueryGraph, supergraph: &Supergraph, place: PlaceId, object: usize) -> Vec<PlaceId> {
    let reach = graph.reach(place, object);
    let mut opened = Vec::new();
    for entry in graph.entries(object) {
        let is_new = !reach.contains(&entry.place) && !opened.contains(&entry.place);
        if is_new && enters(graph, supergraph, reach, entry, object) {
            opened.push(entry.place);
        }
    }
    opened
}

/// Whether an entry can be taken from a set of places that one place reached.
fn enters(
    graph: &QueryGraph,
    supergraph: &Supergraph,
    reach: &[PlaceId],
    entry: &Entry,
    object: usize,
) -> bool {
    if entry.kind == EntryKind::Root {
        // What a mutation or subscription does happens in one subgraph; only queries can be asked again elsewhere.
        let query = supergraph.root_type(OperationType::Query);
        return query == Some(supergraph.types().object(object));
    }
    let typed = entry.kind != EntryKind::Object || reach.iter().any(|place| graph.knows_type(*place));
    typed && entry.key.is_none_or(|key| Obtain { graph, supergraph }.set(reach, key, object, REQUIRES_DEPTH))
}

/// The fields of a name that an object standing at a place can be asked for, there or wherever keys lead: where each
/// leads. Required sets are obtained on the way, and a required set is sent by a key into its subgraph.
pub(super) fn takes(
    graph: &QueryGraph,
    supergraph: &Supergraph,
    (place, object): (PlaceId, usize),
    name: &str,
    set: &impl Fn(ContextArgumentId) -> bool,
) -> Vec<Option<PlaceId>> {
    let reach = graph.reach(place, object);
    let obtain = Obtain { graph, supergraph };
    let mut found = Vec::new();
    for at in reach {
        let Some(field) = graph.field(*at, name) else { continue };
        // A root type is entered with nothing, so nothing can be sent along.
        let enters = |entry: &Entry| {
            entry.place == *at
                && entry.kind != EntryKind::Root
                && enters(graph, supergraph, reach, entry, object)
        };
        let enters = || graph.entries(object).iter().any(enters);
        let ready = field.requires.is_none_or(|requires| {
            obtain.set(reach, requires, object, REQUIRES_DEPTH)
                && (enters() || obtain.set(&[*at], requires, object, REQUIRES_DEPTH))
        });
        // Values from contexts go along with a representation, also into the subgraph one stands in.
        let filled = field.contexts.is_empty() || field.contexts.iter().all(|id| set(*id)) && enters();
        if ready && filled {
            found.push(field.target);
        }
    }
    found
}

/// Whether a field set can be obtained from a place and what keys open from it.
pub(super) fn obtains(
    graph: &QueryGraph,
    supergraph: &Supergraph,
    (place, object): (PlaceId, usize),
    set: FieldSetId,
) -> bool {
    Obtain { graph, supergraph }.set(graph.reach(place, object), set, object, REQUIRES_DEPTH)
}

struct Obtain<'a> {
    graph: &'a QueryGraph,
    supergraph: &'a Supergraph,
}

impl Obtain<'_> {
    fn set(&self, reach: &[PlaceId], set: FieldSetId, object: usize, depth: usize) -> bool {
        let fields = &self.supergraph.field_set(set).fields;
        fields.iter().filter(|field| field.types.contains(object)).all(|field| {
            reach.iter().any(|place| match field.name.as_str() {
                "__typename" => self.graph.knows_type(*place),
                name => self.field(reach, *place, name, field.selection, object, depth),
            })
        })
    }

    #[expect(clippy::too_many_arguments, reason = "one step of a recursion that carries its whole state")]
    fn field(
        &self,
        reach: &[PlaceId],
        place: PlaceId,
        name: &str,
        selection: Option<FieldSetId>,
        object: usize,
        depth: usize,
    ) -> bool {
        // What stands in a field set has no object above it that could set a context.
        let Some(found) = self.graph.field(place, name).filter(|found| found.contexts.is_empty()) else {
            return false;
        };
        if found.requires.is_some_and(|requires| depth == 0 || !self.set(reach, requires, object, depth - 1))
        {
            return false;
        }
        match (found.target, selection) {
            (Some(target), Some(selection)) => self.below(target, selection, depth),
            _ => true,
        }
    }

    fn below(&self, target: PlaceId, selection: FieldSetId, depth: usize) -> bool {
        let place = self.graph.place(target);
        let Some(known) = self.supergraph.known(place.subgraph, place.ty) else { return false };
        known.possible.ones().all(|object| match self.graph.cast(self.supergraph, target, object) {
            Some(cast) => self.set(self.graph.reach(cast, object), selection, object, depth),
            None => true,
        })
    }
}
