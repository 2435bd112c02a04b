//! Solves a position: its runtime types, each apart.

use std::rc::Rc;

use super::{At, Cost, LandingId, PositionKey, PositionSolution, Solver};
use crate::operation::selection::TypeSet;
use crate::planning::needs::NeedId;
use crate::supergraph::TypeKind;
use crate::supergraph::query_graph::PlaceId;

/// A position below a field, to be solved from the places where the field lands.
pub(in crate::planning) struct Below {
    pub need: NeedId,
    pub anchor: u64,
    pub landing: LandingId,
}

impl Solver<'_> {
    /// The cheapest answer of a position from its arrivals, or `None`.
    pub(super) fn position(&mut self, below: &Below, arrivals: &[PlaceId]) -> Option<Rc<PositionSolution>> {
        let key = PositionKey {
            need: below.need,
            anchor: below.anchor,
            landing: below.landing,
            arrivals: arrivals.to_vec(),
        };
        if let Some(known) = self.positions.get(&key) {
            return known.clone();
        }
        self.spent += 1;
        if self.exhausted() {
            return None;
        }
        let solved = self.solve_position(below, arrivals).map(Rc::new);
        if !self.provisional() {
            self.positions.insert(key, solved.clone());
        }
        solved
    }

    fn solve_position(&mut self, below: &Below, arrivals: &[PlaceId]) -> Option<PositionSolution> {
        let types = self.runtime_types(below, arrivals);
        let untyped = arrivals.iter().all(|place| !self.graph.knows_type(*place));
        let need = match untyped && !self.is_uniform(below.need, &types) {
            true => self.needs.with_typename(below.need),
            false => below.need,
        };
        let objects: Vec<Option<usize>> = match types.is_clear() {
            true => vec![None],
            false => types.ones().map(Some).collect(),
        };
        let siblings = Rc::new(types);
        let mut solution = PositionSolution {
            objects: Vec::new(),
            need,
            used: vec![false; arrivals.len()],
            cost: Cost::default(),
        };
        let mut common = vec![true; arrivals.len()];
        for object in objects {
            let at = At {
                need,
                anchor: below.anchor,
                object,
                siblings: Rc::clone(&siblings),
                landing: below.landing,
                single: false,
                limit: None,
            };
            let solved = self.object_at(&at, arrivals)?;
            let asks = solved.used.iter().any(|used| *used);
            for (index, used) in solved.used.iter().enumerate() {
                solution.used[index] |= used;
                common[index] &= used | !asks;
            }
            solution.cost.and(&solved.cost);
            solution.objects.push((object, solved));
        }
        // Several arrivals are merged into one object; of an abstract type that is only safe if one of them serves every
        // runtime type, or what one subgraph returns could be of a type that only the other was asked for.
        let merged = solution.used.iter().filter(|used| **used).count() > 1;
        if merged && solution.objects.len() > 1 && !common.contains(&true) {
            return None;
        }
        Some(solution)
    }

    fn object_at(&mut self, at: &At, arrivals: &[PlaceId]) -> Option<Rc<super::ObjectSolution>> {
        let supergraph = self.supergraph;
        let graph = self.graph;
        let cast = |place: &PlaceId| match at.object {
            Some(object) => graph.cast(supergraph, *place, object),
            None => Some(*place),
        };
        let sources: Option<Vec<PlaceId>> = arrivals.iter().map(cast).collect();
        self.object(at, &sources?)
    }

    /// The object types that can stand at a position: what every arrival can hold and what no landing place rules out.
    fn runtime_types(&self, below: &Below, arrivals: &[PlaceId]) -> TypeSet {
        let table = self.supergraph.types();
        let mut types: Option<TypeSet> = self.landings.types(self.supergraph, below.landing);
        for arrival in arrivals {
            let place = self.graph.place(*arrival);
            let held = match (place.kind, self.supergraph.known(place.subgraph, place.ty)) {
                (TypeKind::InterfaceObject, _) | (_, None) => &table.get(place.ty).possible,
                (_, Some(known)) => &known.possible,
            };
            match &mut types {
                Some(types) => types.intersect_with(held),
                None => types = Some(held.clone()),
            }
        }
        types.unwrap_or_else(|| TypeSet::with_capacity(table.object_count()))
    }

    /// Whether every runtime type wants the same, so that the type need not be known.
    fn is_uniform(&self, need: NeedId, types: &TypeSet) -> bool {
        let hidden = self.supergraph.types().public_object_count();
        let need = self.needs.get(need);
        need.wants.iter().all(|want| {
            let mut relevant = types.ones().filter(|object| !need.is_public || *object < hidden);
            let applies = |object: usize| want.types.contains(object);
            match relevant.next() {
                Some(first) => relevant.all(|object| applies(object) == applies(first)),
                None => true,
            }
        })
    }
}
