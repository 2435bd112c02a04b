//! Landing sets: every place where the client's path could have been resolved. What one of them cannot hold, cannot be
//! relied on: casts intersect.

use fixedbitset::FixedBitSet;
use rustc_hash::FxHashMap;

use crate::supergraph::Supergraph;
use crate::supergraph::query_graph::PlaceId;

/// Index of a landing set; [`LandingId::NONE`] restricts nothing (positions that only the plan sees).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::planning) struct LandingId(u32);

impl LandingId {
    pub const NONE: Self = Self(u32::MAX);
}

/// All landing sets met while planning.
#[derive(Default)]
pub(super) struct Landings {
    sets: Vec<Vec<PlaceId>>,
    ids: FxHashMap<Vec<PlaceId>, LandingId>,
    steps: FxHashMap<(LandingId, usize, String), LandingId>,
}

impl Landings {
    pub fn intern(&mut self, mut places: Vec<PlaceId>) -> LandingId {
        places.sort();
        places.dedup();
        if places.is_empty() {
            return LandingId::NONE;
        }
        if let Some(id) = self.ids.get(&places) {
            return *id;
        }
        let id = LandingId(self.sets.len() as u32);
        self.ids.insert(places.clone(), id);
        self.sets.push(places);
        id
    }

    /// The object types that every landing place can hold; `None` when nothing is known about them.
    pub fn types(&self, supergraph: &Supergraph, id: LandingId) -> Option<FixedBitSet> {
        let graph = supergraph.query_graph();
        let mut common: Option<FixedBitSet> = None;
        for place in self.sets.get(id.0 as usize)?.iter().filter(|place| graph.knows_type(**place)) {
            let place = graph.place(*place);
            let known = supergraph.known(place.subgraph, place.ty)?;
            match &mut common {
                Some(types) => types.intersect_with(&known.possible),
                None => common = Some(known.possible.clone()),
            }
        }
        common
    }

    /// Where a field of an object type leads from a landing set and everything that keys open from it.
    pub fn step(&mut self, supergraph: &Supergraph, id: LandingId, object: usize, field: &str) -> LandingId {
        if id == LandingId::NONE {
            return id;
        }
        let key = (id, object, field.to_owned());
        if let Some(known) = self.steps.get(&key) {
            return *known;
        }
        let graph = supergraph.query_graph();
        let mut targets = Vec::new();
        for place in &self.sets[id.0 as usize] {
            let Some(cast) = graph.cast(supergraph, *place, object) else { continue };
            targets.extend(graph.takes(supergraph, (cast, object), field, &|_| true).into_iter().flatten());
        }
        let next = self.intern(targets);
        self.steps.insert(key, next);
        next
    }
}
