//! What a place brings of a need without any hop: enough to see that one subgraph is no better than another.

use std::collections::BTreeSet;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::Solver;
use crate::planning::needs::NeedId;
use crate::supergraph::query_graph::PlaceId;

/// Something that a place brings of a need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Leaf {
    /// A want, by its need and its index there.
    Want(NeedId, usize),
    /// A place that keys open from a position below: what it brings may be needed only to get there.
    Hop(NeedId, PlaceId),
}

impl Leaf {
    /// Whether it is asked for, and not only a way on.
    pub fn is_want(&self) -> bool {
        matches!(self, Self::Want(..))
    }
}

/// What is known already.
#[derive(Default)]
pub(super) struct Coverage(FxHashMap<(PlaceId, NeedId), Rc<BTreeSet<Leaf>>>);

impl Solver<'_> {
    /// The wants at and below a need that a place's subgraph answers itself, for at least one runtime type.
    pub(super) fn coverage(&mut self, place: PlaceId, need: NeedId) -> Rc<BTreeSet<Leaf>> {
        if let Some(known) = self.coverage.0.get(&(place, need)) {
            return Rc::clone(known);
        }
        let mut covered = BTreeSet::new();
        let wants = self.needs.get(need).wants.clone();
        let (supergraph, graph) = (self.supergraph, self.graph);
        let standing = graph.place(place);
        let possible = supergraph.known(standing.subgraph, standing.ty).map(|known| known.possible.clone());
        for (index, want) in wants.iter().enumerate() {
            let mut below: Vec<PlaceId> = Vec::new();
            for object in
                possible.iter().flat_map(|possible| possible.ones()).filter(|o| want.types.contains(*o))
            {
                let cast = graph.cast(supergraph, place, object);
                let Some(found) = cast.and_then(|cast| graph.field(cast, want.name.as_str())) else {
                    continue;
                };
                if super::Extra::of(found).is_nothing() {
                    covered.insert(Leaf::Want(need, index));
                    below.extend(found.target);
                }
            }
            below.sort();
            below.dedup();
            for target in below {
                if let Some(child) = want.child {
                    covered.extend(self.coverage(target, child).iter().copied());
                }
            }
        }
        for object in possible.iter().flat_map(|possible| possible.ones()) {
            let Some(cast) = graph.cast(supergraph, place, object) else { continue };
            let reach = graph.reach(cast, object);
            if reach.len() > 1 {
                covered.extend(reach.iter().map(|place| Leaf::Hop(need, *place)));
            }
        }
        let covered = Rc::new(covered);
        self.coverage.0.insert((place, need), Rc::clone(&covered));
        covered
    }
}
