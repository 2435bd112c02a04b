//! Which sources a composite field is taken from: one, or several together, each for the parts that it has below.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::coverage::Leaf;
use super::object::Source;
use super::position::Below;
use super::{Cost, NeedId, PositionSolution, Solver, Take};
use crate::planning::needs::Want;
use crate::supergraph::SubgraphId;
use crate::supergraph::query_graph::PlaceId;

/// States after which no sources are added any more to those that do well.
const GROWING: usize = 20_000;
/// States after which a field that one source answers is taken from one.
const PAIRING: usize = 50_000;

/// A source that can be asked for a field, and where the field lands there.
pub(super) type Able = (usize, Option<PlaceId>);

/// A composite field to be taken.
pub(super) struct Composite<'c> {
    /// The want, with its index in the need.
    pub want: (usize, &'c Want),
    pub below: &'c Below,
    pub sources: &'c [Source],
    /// What the other fields of the object ask anyway.
    pub others: &'c Cost,
    /// It must come from one source.
    pub single: bool,
}

impl Solver<'_> {
    /// The cheapest way to take a composite field from the sources that can be asked for it, or `None`.
    pub(super) fn take_composite(&mut self, field: &Composite<'_>, able: &[Able]) -> Option<Take> {
        let mut best = None;
        if let Some(from) = self.covering(field, able)
            && self.try_together(field, &from, &mut best)
            && is_free(&best)
        {
            return best.map(|(_, take)| take);
        }
        let mut free = false;
        for source in able {
            let Some(child) = source.1.and_then(|target| self.position(field.below, &[target])) else {
                continue;
            };
            free = child.cost.is_free() || self.hasty;
            keep(&mut best, taken(field.want, &[source.0], Some(child), field.sources), field.others);
            if free {
                break;
            }
        }
        if !free && able.len() > 1 && !field.single {
            self.take_together(field, able, &mut best);
        }
        best.map(|(_, take)| take)
    }

    /// Few sources that bring together all that the sources bring, if it takes several: where they leave nothing to be
    /// entered, no other choice is better.
    fn covering(&mut self, field: &Composite<'_>, able: &[Able]) -> Option<Vec<Able>> {
        if able.len() < 2 || field.single || self.hasty {
            return None;
        }
        let mut brought = Vec::new();
        for source in able {
            brought.push(self.coverage(source.1?, field.below.need));
        }
        let chosen = cover(&brought.iter().map(|leaves| &**leaves).collect::<Vec<_>>());
        (chosen.len() > 1).then(|| chosen.into_iter().map(|index| able[index]).collect())
    }

    /// Whether several sources do better: with all those that are entered further down anyway; where there are none, two
    /// that complete each other, and what those enter. The more states are spent, the less is tried.
    fn take_together(&mut self, field: &Composite<'_>, able: &[Able], best: &mut Option<(u64, Take)>) {
        if best.is_some() && (self.spent() > PAIRING || self.grow(field, able, best)) {
            return;
        }
        let alone = best.as_ref().map(|(_, take)| take.sources[0]);
        for from in self.combinations(able, alone, field.below.need) {
            self.try_together(field, &from, best);
        }
        self.grow(field, able, best);
    }

    /// Adds sources to the best take as long as that helps; whether there were any to add.
    fn grow(&mut self, field: &Composite<'_>, able: &[Able], best: &mut Option<(u64, Take)>) -> bool {
        let need = field.below.need;
        let mut tried = false;
        while self.spent() < GROWING
            && let Some(from) = best.as_ref().and_then(|(_, take)| self.more_sources(take, able, need))
        {
            tried = true;
            if !self.try_together(field, &from, best) {
                break;
            }
        }
        tried
    }

    /// Tries to take a field from several sources; whether that is the best so far.
    fn try_together(&mut self, field: &Composite<'_>, from: &[Able], best: &mut Option<(u64, Take)>) -> bool {
        let targets: Vec<PlaceId> = from.iter().filter_map(|(_, target)| *target).collect();
        let Some(child) = self.position(field.below, &targets) else { return false };
        let from: Vec<usize> = from.iter().map(|(position, _)| *position).collect();
        keep(best, taken(field.want, &from, Some(child), field.sources), field.others)
    }

    /// The sources of a take with those whose subgraphs it enters further down, where they bring something that none of
    /// its own brings: asked at once they need not be waited for. If it enters one that is no source, others may bring the
    /// same, so all are added. Nothing if there is nothing to add. One more set is few where every set would be too many.
    fn more_sources(&mut self, take: &Take, able: &[Able], need: NeedId) -> Option<Vec<Able>> {
        let graph = self.graph;
        let subgraph = |source: &Able| source.1.map(|target| graph.place(target).subgraph);
        let entered: Vec<SubgraphId> = take.child.iter().flat_map(|child| child.cost.entered()).collect();
        let among = |entered: &SubgraphId| able.iter().any(|source| subgraph(source) == Some(*entered));
        let any = !entered.iter().all(among);
        let (mut from, others): (Vec<Able>, Vec<Able>) =
            able.iter().partition(|(at, _)| take.sources.contains(at));
        let known = from.len();
        for other in others {
            let is_entered = subgraph(&other).is_some_and(|subgraph| any || entered.contains(&subgraph));
            if is_entered && from.iter().all(|source| self.completes(other, *source, need)) {
                from.push(other);
            }
        }
        from.sort_unstable_by_key(|(at, _)| *at);
        (from.len() > known).then_some(from)
    }

    /// Which sources to ask together: all of them when none will do alone, else the best one with each other that brings
    /// something new.
    fn combinations(&mut self, able: &[Able], best: Option<usize>, need: NeedId) -> Vec<Vec<Able>> {
        let Some(best) = best.and_then(|best| able.iter().find(|(position, _)| *position == best)) else {
            return vec![able.to_vec()];
        };
        let others = able.iter().filter(|(position, _)| *position != best.0);
        let mut found = Vec::new();
        for other in others {
            if self.completes(*other, *best, need) {
                found.push(if other.0 < best.0 { vec![*other, *best] } else { vec![*best, *other] });
            }
        }
        found
    }

    /// Whether a source brings something of a need that another does not bring.
    fn completes(&mut self, one: Able, other: Able, need: NeedId) -> bool {
        let (Some(one), Some(other)) = (one.1, other.1) else { return false };
        if let Some(known) = self.completes.get(&(one, other, need)) {
            return *known;
        }
        let completes = !self.coverage(one, need).is_subset(&self.coverage(other, need));
        self.completes.insert((one, other, need), completes);
        completes
    }
}

/// Few of some sets of leaves that hold together all wants that any of them holds, in their order: always the one that holds
/// most of what is missing, of equals the first.
pub(super) fn cover(sets: &[&BTreeSet<Leaf>]) -> Vec<usize> {
    let mut missing: BTreeSet<&Leaf> =
        sets.iter().flat_map(|set| set.iter()).filter(|leaf| leaf.is_want()).collect();
    let mut chosen = Vec::new();
    while !missing.is_empty() {
        let holds = |index: &usize| missing.iter().filter(|leaf| sets[*index].contains(**leaf)).count();
        let Some(next) = (0..sets.len()).rev().max_by_key(holds) else { break };
        missing.retain(|leaf| !sets[next].contains(*leaf));
        chosen.push(next);
    }
    chosen.sort_unstable();
    chosen
}

/// Whether what is best asks for nothing more below.
fn is_free(best: &Option<(u64, Take)>) -> bool {
    best.as_ref().and_then(|(_, take)| take.child.as_ref()).is_some_and(|child| child.cost.is_free())
}

/// A field taken from some of the sources, with what that costs.
pub(super) fn taken(
    (index, want): (usize, &Want),
    from: &[usize],
    child: Option<Rc<PositionSolution>>,
    sources: &[Source],
) -> Take {
    let depths = from.iter().map(|position| sources[*position].depth);
    let below = child.as_ref().map(|child| child.cost.clone());
    let mut cost = below.unwrap_or_default().after(depths.clone().max().unwrap_or(0));
    if want.response_key.is_some() {
        depths.for_each(|depth| cost.ask(depth));
    }
    Take { want: index, sources: from.to_vec(), child, cost }
}

/// Keeps the take that adds less to what is asked anyway; of equals, the one known first. Whether it is kept.
fn keep(best: &mut Option<(u64, Take)>, take: Take, others: &Cost) -> bool {
    let price = take.cost.score_on_top_of(others);
    let is_better = best.as_ref().is_none_or(|(known, _)| price < *known);
    if is_better {
        *best = Some((price, take));
    }
    is_better
}
