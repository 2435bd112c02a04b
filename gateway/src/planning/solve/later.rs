//! What comes with later parts of the answer: solved apart, from what the first part brings to its position. What no
//! subgraph answers anew there is asked for with the first part after all, though it is delivered later.

use std::rc::Rc;

use super::{At, ObjectSolution, Solver};
use crate::operation::selection::PartSet;
use crate::planning::needs::NeedId;
use crate::supergraph::query_graph::PlaceId;

type Solved = (Option<usize>, Rc<ObjectSolution>);

/// How what comes with later parts is answered at a position.
#[derive(Debug)]
pub(in crate::planning) struct Deferred {
    pub due: PartSet,
    pub need: NeedId,
    /// By runtime type. Sources are numbered: the arrivals, the opens of the position itself, those of this solution.
    pub objects: Vec<Solved>,
}

/// One runtime type of a position and where one stands on it.
pub(in crate::planning) struct Standing {
    pub at: At,
    pub places: Vec<PlaceId>,
}

/// What came of solving apart what comes later.
pub(in crate::planning) enum Later {
    Solved(Vec<Deferred>),
    /// The need that asks for more with the first part, as it cannot be asked for later.
    Sooner(NeedId),
    /// The budget is used up.
    Exhausted,
}

impl Solver<'_> {
    /// Solves what a need wants later, given how each runtime type of the position is solved.
    pub(in crate::planning) fn later(
        &mut self,
        need: NeedId,
        standing: &[Standing],
        solved: &[Solved],
    ) -> Later {
        let mut all = Vec::new();
        let failed_at = self.failed_at.clone();
        for (due, apart) in self.needs.get(need).later.clone() {
            let (mut objects, mut sooner) = (Vec::new(), Vec::new());
            for (stand, (_, solution)) in standing.iter().zip(solved) {
                let opened = solution.opens.iter().map(|open| open.place);
                let sources: Vec<PlaceId> = stand.places.iter().copied().chain(opened).collect();
                let at = At { need: apart, single: false, ..stand.at.clone() };
                match self.object(&at, &sources) {
                    Some(solution) => objects.push((at.object, solution)),
                    None if self.exhausted() => return Later::Exhausted,
                    None => sooner.extend(self.not_apart(&at, &sources)),
                }
            }
            if !sooner.is_empty() {
                self.failed_at = failed_at;
                sooner.sort_unstable();
                sooner.dedup();
                return Later::Sooner(self.needs.sooner(need, due, sooner));
            }
            all.push(Deferred { due, need: apart, objects });
        }
        Later::Solved(all)
    }

    /// The wants that cannot be asked for apart; all of them if only together they cannot.
    fn not_apart(&mut self, at: &At, sources: &[PlaceId]) -> Vec<usize> {
        let wants = self.needs.get(at.need).wants.iter().enumerate();
        let wants: Vec<usize> =
            wants.filter(|(_, want)| want.applies(at.object)).map(|(index, _)| index).collect();
        let mut found = wants.clone();
        found.retain(|index| {
            let alone = self.needs.alone(at.need, *index);
            self.object(&At { need: alone, ..at.clone() }, sources).is_none()
        });
        if found.is_empty() { wants } else { found }
    }
}
