//! Makes the places, their fields, and the ways into each subgraph.

use apollo_compiler::ast::OperationType;

use super::{Entry, EntryKind, FieldMove, Place, PlaceId, QueryGraph};
use crate::supergraph::field_set::{FieldSetField, FieldSetId};
use crate::supergraph::subgraph_types::{SubgraphField, SubgraphType};
use crate::supergraph::types::{TypeId, TypeKind};
use crate::supergraph::{SubgraphId, Supergraph};

/// All places: every type of every subgraph, and those that `@provides` leads to.
pub(super) fn places_and_moves(supergraph: &Supergraph) -> QueryGraph {
    let mut graph = QueryGraph::default();
    for subgraph in supergraph.subgraph_ids() {
        for ty in supergraph.types().ids() {
            if supergraph.known(subgraph, ty).is_some() {
                intern(&mut graph, supergraph, subgraph, ty, Vec::new());
            }
        }
    }
    let mut done = 0;
    while done < graph.places.len() {
        let moves = moves_of(&mut graph, supergraph, PlaceId(done as u32));
        graph.moves.push(moves);
        done += 1;
    }
    graph.entries =
        (0..supergraph.types().object_count()).map(|object| entries(&graph, supergraph, object)).collect();
    graph
}

fn intern(
    graph: &mut QueryGraph,
    supergraph: &Supergraph,
    subgraph: SubgraphId,
    ty: TypeId,
    mut provided: Vec<FieldSetId>,
) -> Option<PlaceId> {
    let kind = supergraph.known(subgraph, ty)?.kind;
    provided.sort();
    provided.dedup();
    let place = Place { subgraph, ty, kind, provided };
    if let Some(id) = graph.ids.get(&place) {
        return Some(*id);
    }
    let id = PlaceId(graph.places.len() as u32);
    graph.ids.insert(place.clone(), id);
    graph.places.push(place);
    Some(id)
}

fn moves_of(graph: &mut QueryGraph, supergraph: &Supergraph, id: PlaceId) -> Vec<FieldMove> {
    let place = graph.place(id).clone();
    let Some(known) = supergraph.known(place.subgraph, place.ty) else { return Vec::new() };
    if matches!(place.kind, TypeKind::Interface | TypeKind::Union) && !place.provided.is_empty() {
        for object in known.possible.ones() {
            let ty = supergraph.types().object(object);
            intern(graph, supergraph, place.subgraph, ty, place.provided.clone());
        }
    }
    let mut moves = Vec::new();
    for (name, field) in &known.fields {
        let added: Vec<_> = provided_fields(supergraph, &place, name).collect();
        if field.external && added.is_empty() {
            continue;
        }
        let below = added.iter().filter_map(|field| field.selection).chain(field.provides).collect();
        let target = field.target.and_then(|ty| intern(graph, supergraph, place.subgraph, ty, below));
        // What is provided comes with the parent: nothing has to be sent for it.
        let requires = field.requires.filter(|_| added.is_empty());
        moves.push(FieldMove { name: name.clone(), target, requires, contexts: field.contexts.clone() });
    }
    moves.sort_by(|a, b| a.name.as_str().cmp(b.name.as_str()));
    moves
}

fn provided_fields<'a>(
    supergraph: &'a Supergraph,
    place: &'a Place,
    name: &'a str,
) -> impl Iterator<Item = &'a FieldSetField> {
    let possible = &supergraph.types().get(place.ty).possible;
    let sets = place.provided.iter().map(|id| supergraph.field_set(*id));
    sets.flat_map(|set| &set.fields)
        .filter(move |field| field.name == name && !field.types.is_disjoint(possible))
}

fn entries(graph: &QueryGraph, supergraph: &Supergraph, object: usize) -> Vec<Entry> {
    let table = supergraph.types();
    let own = table.object(object);
    let is_root = [OperationType::Query, OperationType::Mutation, OperationType::Subscription]
        .into_iter()
        .any(|kind| supergraph.root_type(kind) == Some(own));
    let stands_for_it = |ty: &TypeId| table.get(*ty).possible.contains(object);
    let above: Vec<TypeId> = table.abstract_ids().filter(stands_for_it).collect();
    let mut found = Vec::new();
    for subgraph in supergraph.subgraph_ids() {
        let place = graph.base(subgraph, own, TypeKind::Object);
        if let (Some(place), Some(known)) = (place, supergraph.known(subgraph, own)) {
            if is_root && has_own_fields(known) {
                found.push(Entry { place, kind: EntryKind::Root, key: None });
            }
            found.extend(keyed(known, place, EntryKind::Object));
        }
        for ty in above.iter().copied() {
            let Some(known) = supergraph.known(subgraph, ty) else { continue };
            let (place, kind) = match known.kind {
                TypeKind::InterfaceObject => {
                    (graph.base(subgraph, ty, known.kind), EntryKind::InterfaceObject(ty))
                }
                TypeKind::Interface if known.possible.contains(object) => (place, EntryKind::Interface(ty)),
                _ => continue,
            };
            if let Some(place) = place {
                found.extend(keyed(known, place, kind));
            }
        }
    }
    found
}

fn has_own_fields(known: &SubgraphType) -> bool {
    let resolvable = |field: &SubgraphField| !field.external;
    known.fields.values().any(resolvable)
}

fn keyed(known: &SubgraphType, place: PlaceId, kind: EntryKind) -> impl Iterator<Item = Entry> {
    known.keys.iter().filter(|key| key.resolvable).map(move |key| Entry {
        place,
        kind,
        key: Some(key.fields),
    })
}
