//! Solves a position: its runtime types, each apart.

use std::rc::Rc;

use super::later::{Deferred, Later, Standing};
use super::{At, Cost, LandingId, ObjectSolution, PositionKey, PositionSolution, Solver};
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
        let siblings = Rc::new(types);
        let mut wanted = below.need;
        loop {
            let need = match untyped && !self.is_uniform(wanted, &siblings) {
                true => self.needs.with_typename(wanted),
                false => wanted,
            };
            let standing = self.standing(&Below { need, ..*below }, &siblings, arrivals)?;
            let mut objects = Vec::new();
            for stand in &standing {
                objects.push((stand.at.object, self.object(&stand.at, &stand.places)?));
            }
            match self.later(wanted, &standing, &objects) {
                Later::Solved(later) => return combine(need, objects, later, arrivals.len()),
                Later::Sooner(instead) => wanted = instead,
                Later::Exhausted => return None,
            }
        }
    }

    /// Where one stands on each runtime type; nothing if some arrival cannot hold one.
    fn standing(
        &mut self,
        below: &Below,
        siblings: &Rc<TypeSet>,
        arrivals: &[PlaceId],
    ) -> Option<Vec<Standing>> {
        let objects: Vec<Option<usize>> = match siblings.is_clear() {
            true => vec![None],
            false => siblings.ones().map(Some).collect(),
        };
        let (supergraph, graph) = (self.supergraph, self.graph);
        let stand = |object: Option<usize>| {
            let at = At {
                need: below.need,
                anchor: below.anchor,
                object,
                siblings: Rc::clone(siblings),
                landing: below.landing,
                single: false,
                limit: None,
            };
            let cast = |place: &PlaceId| match object {
                Some(object) => graph.cast(supergraph, *place, object),
                None => Some(*place),
            };
            let places: Option<Vec<PlaceId>> = arrivals.iter().map(cast).collect();
            Some(Standing { at, places: places? })
        };
        objects.into_iter().map(stand).collect()
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
        let later = need.later.iter().flat_map(|(_, later)| &self.needs.get(*later).wants);
        need.wants.iter().chain(later).all(|want| {
            let mut relevant = types.ones().filter(|object| !need.is_public || *object < hidden);
            let applies = |object: usize| want.types.contains(object);
            match relevant.next() {
                Some(first) => relevant.all(|object| applies(object) == applies(first)),
                None => true,
            }
        })
    }
}

/// Puts the runtime types' solutions together; nothing if they cannot be merged.
fn combine(
    need: NeedId,
    objects: Vec<(Option<usize>, Rc<ObjectSolution>)>,
    later: Vec<Deferred>,
    arrivals: usize,
) -> Option<PositionSolution> {
    let (mut used, mut common) = (vec![false; arrivals], vec![true; arrivals]);
    let mut cost = Cost::default();
    for (object, solved) in &objects {
        let mut asked = solved.used.clone();
        let same = later.iter().flat_map(|deferred| &deferred.objects).filter(|(other, _)| other == object);
        for (_, deferred) in same {
            asked.iter_mut().zip(&deferred.used).for_each(|(mark, used)| *mark |= used);
        }
        let asks = asked.contains(&true);
        for (index, asked) in asked.iter().enumerate() {
            used[index] |= asked;
            common[index] &= asked | !asks;
        }
        cost.and(&solved.cost);
    }
    // Several arrivals are merged into one object; of an abstract type that is only safe if one of them serves every
    // runtime type, or what one subgraph returns could be of a type that only the other was asked for.
    let merged = used.iter().filter(|used| **used).count() > 1;
    let unsafe_to_merge = merged && objects.len() > 1 && !common.contains(&true);
    (!unsafe_to_merge).then_some(PositionSolution { objects, later, need, used, cost })
}
