//! Solves objects of one type at a position: the cheapest set of subgraphs to enter, and what is taken from each.

use std::rc::Rc;

use super::coverage::Leaf;
use super::opens::Candidate;
use super::position::Below;
use super::together::{Composite, cover, taken};
use super::{At, Cost, Extra, ObjectKey, ObjectSolution, Open, Solver, Take, anchor};
use crate::planning::needs::Want;
use crate::supergraph::query_graph::{FieldMove, PlaceId};
use crate::supergraph::{FieldSetId, TypeKind};

/// Up to here every set of candidates is tried; beyond, they are added one by one.
const EXACT: usize = 6;

/// Fields times sources that count as one state.
pub(super) const WORK: usize = 256;

/// A source while solving.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source {
    pub place: PlaceId,
    /// Requests that come before it, counted from the arrivals.
    pub depth: u32,
    /// What was sent along.
    pub extra: Extra,
}

/// What is to be solved.
#[derive(Clone, Copy)]
pub(super) struct Question<'q> {
    pub at: &'q At,
    /// The wants that apply, with their index in the need.
    pub wants: &'q [(usize, Want)],
    pub sources: &'q [Source],
}

/// Sources with what they make possible.
pub(super) struct Trial {
    opens: Vec<Open>,
    takes: Vec<Option<Take>>,
    cost: Cost,
}

impl Trial {
    fn missing(&self) -> usize {
        self.takes.iter().filter(|take| take.is_none()).count()
    }

    fn rank(&self) -> (usize, u64) {
        (self.missing(), self.cost.score())
    }
}

impl Solver<'_> {
    /// The cheapest answer for objects of one type from their sources, or `None`.
    pub(in crate::planning) fn object(&mut self, at: &At, places: &[PlaceId]) -> Option<Rc<ObjectSolution>> {
        let key = ObjectKey {
            need: at.need,
            anchor: at.anchor,
            object: at.object,
            landing: at.landing,
            limit: at.limit,
            sources: places.to_vec(),
        };
        if let Some(known) = self.objects.get(&key) {
            return known.clone();
        }
        self.spent += 1;
        if self.exhausted() {
            return None;
        }
        let solved = self.solve_object(at, places).map(Rc::new);
        if !self.provisional() {
            self.objects.insert(key, solved.clone());
        }
        solved
    }

    fn solve_object(&mut self, at: &At, places: &[PlaceId]) -> Option<ObjectSolution> {
        let wants: Vec<(usize, Want)> = {
            let all = self.needs.get(at.need).wants.iter().enumerate();
            all.filter(|(_, want)| want.applies(at.object))
                .map(|(index, want)| (index, want.clone()))
                .collect()
        };
        let sources: Vec<Source> =
            places.iter().map(|place| Source { place: *place, depth: 0, extra: Extra::default() }).collect();
        let question = Question { at, wants: &wants, sources: &sources };
        let base = self.trial(question, &[])?;
        let driving: Vec<usize> = (0..wants.len())
            .filter(|index| base.takes[*index].as_ref().is_none_or(|take| !take.cost.is_free()))
            .collect();
        let best = if driving.is_empty() {
            base
        } else {
            let candidates = self.candidates(question, &driving);
            self.search(question, &candidates, base)?
        };
        if let Some(index) = best.takes.iter().position(Option::is_none) {
            self.note_failure(wants[index].1.name.as_str());
            return None;
        }
        Some(finish(best, places.len()))
    }

    fn search(&mut self, question: Question<'_>, candidates: &[Candidate], base: Trial) -> Option<Trial> {
        let mut best = base;
        if self.hasty {
            return self.first_that_works(question, candidates, best);
        }
        // What only one candidate brings needs it, whatever else is chosen.
        let (needed, others) = split_needed(question, candidates, &best);
        if !needed.is_empty() {
            best = self.trial(question, &needed)?;
        }
        if others.len() <= EXACT {
            for size in 1..=others.len() as u32 {
                for mask in (1u32..1 << others.len()).filter(|mask| mask.count_ones() == size) {
                    let mut chosen = needed.clone();
                    chosen.extend((0..others.len()).filter(|i| mask & (1 << i) != 0).map(|i| others[i]));
                    if best.missing() == 0 && self.least(&chosen) >= best.cost.score() {
                        continue;
                    }
                    self.improve(question, &chosen, &mut best)?;
                }
            }
            return Some(best);
        }
        let together = self.covering_all(question, &needed, &others)?;
        let mut chosen = needed;
        loop {
            let next = self.best_addition(question, &others, (&mut chosen, &mut best))?;
            let next = next.or_else(|| (best.missing() > 0).then(|| most_new(&others, &chosen)).flatten());
            match next {
                Some(next) => chosen.push(others[next]),
                None => return Some(if together.rank() < best.rank() { together } else { best }),
            }
        }
    }

    /// With few candidates that bring all that the candidates bring further down: added one by one, they may show no gain
    /// before the last is there.
    fn covering_all(
        &mut self,
        question: Question<'_>,
        needed: &[&Candidate],
        others: &[&Candidate],
    ) -> Option<Trial> {
        let covering = cover(&others.iter().map(|candidate| &candidate.covers).collect::<Vec<_>>());
        let covering = covering.into_iter().map(|index| others[index]);
        let chosen: Vec<&Candidate> = needed.iter().copied().chain(covering).collect();
        self.trial(question, &chosen)
    }

    /// Enters what brings most of what is missing, until nothing is.
    fn first_that_works(
        &mut self,
        question: Question<'_>,
        candidates: &[Candidate],
        mut best: Trial,
    ) -> Option<Trial> {
        let (mut chosen, others) = split_needed(question, candidates, &best);
        if !chosen.is_empty() {
            best = self.trial(question, &chosen)?;
        }
        while best.missing() > 0 {
            let Some(next) = most_new(&others, &chosen) else { break };
            chosen.push(others[next]);
            best = self.trial(question, &chosen)?;
        }
        Some(best)
    }

    /// What entering the candidates costs at least.
    fn least(&self, chosen: &[&Candidate]) -> u64 {
        let mut cost = Cost::default();
        for candidate in chosen {
            let subgraph = self.graph.place(candidate.open.place).subgraph;
            cost.and(&Cost::request(1, subgraph, false));
        }
        cost.score()
    }

    /// The candidate that helps most when added, if any does.
    fn best_addition<'c>(
        &mut self,
        question: Question<'_>,
        candidates: &[&'c Candidate],
        (chosen, best): (&mut Vec<&'c Candidate>, &mut Trial),
    ) -> Option<Option<usize>> {
        let mut found = None;
        for (index, candidate) in candidates.iter().enumerate() {
            if chosen.iter().any(|known| std::ptr::eq(*known, *candidate)) {
                continue;
            }
            chosen.push(candidate);
            let hopeless = best.missing() == 0 && self.least(chosen) >= best.cost.score();
            if !hopeless && self.improve(question, chosen, best)? {
                found = Some(index);
            }
            chosen.pop();
        }
        Some(found)
    }

    fn improve(&mut self, question: Question<'_>, chosen: &[&Candidate], best: &mut Trial) -> Option<bool> {
        let trial = self.trial(question, chosen)?;
        let better = trial.rank() < best.rank();
        if better {
            *best = trial;
        }
        Some(better)
    }

    /// What the sources and the chosen candidates give. `None` only when the budget is used up.
    fn trial(&mut self, question: Question<'_>, chosen: &[&Candidate]) -> Option<Trial> {
        let Question { at, wants, sources } = question;
        // What is due later is not asked of where one stands.
        let closed = if self.needs.get(at.need).is_apart { sources.len() } else { 0 };
        // Trying many sources for many fields is work, too.
        self.spend(wants.len() * (sources.len() + chosen.len()) / WORK);
        let mut all = sources.to_vec();
        let mut cost = Cost::default();
        let mut opens = Vec::new();
        for candidate in chosen {
            let open = self.open_after(at, candidate, &all, sources.len());
            all.push(Source { place: open.place, depth: open.depth, extra: open.extra });
            cost.and(&open.cost);
            opens.push(open);
        }
        // Chosen apart first; then again, now that what the others bring anyway is known.
        let mut takes: Vec<Option<Take>> =
            wants.iter().map(|(index, want)| self.take(at, (*index, want), (&all, closed), &cost)).collect();
        for position in 0..takes.len() {
            if takes[position].as_ref().is_some_and(|take| !take.cost.is_free()) {
                let mut others = cost.clone();
                let rest = takes.iter().enumerate().filter(|(other, _)| *other != position);
                rest.flat_map(|(_, take)| take).for_each(|take| others.and(&take.cost));
                let (index, want) = &wants[position];
                takes[position] = self.take(at, (*index, want), (&all, closed), &others);
            }
        }
        takes.iter().flatten().for_each(|take| cost.and(&take.cost));
        (!self.exhausted()).then_some(Trial { opens, takes, cost })
    }

    /// The cheapest way to take one field from the sources.
    fn take(
        &mut self,
        at: &At,
        (index, want): (usize, &Want),
        (sources, closed): (&[Source], usize),
        others: &Cost,
    ) -> Option<Take> {
        if want.is_typename() {
            let knowing = sources.iter().position(|source| self.graph.knows_type(source.place));
            return knowing.map(|source| taken((index, want), &[source], None, sources));
        }
        let mut able = Vec::new();
        let closed = if closed > 0 && self.is_in_key(at, want) { 0 } else { closed };
        for (position, source) in sources.iter().enumerate().skip(closed) {
            if let Some(found) = self.access(at, *source, want) {
                able.push((position, found.target));
            }
        }
        let Some(need) = want.child else {
            let first = able.iter().map(|(position, _)| *position).min_by_key(|at| sources[*at].depth)?;
            return Some(taken((index, want), &[first], None, sources));
        };
        let landing = match at.object {
            Some(object) => self.landings.step(self.supergraph, at.landing, object, want.name.as_str()),
            None => at.landing,
        };
        let below = Below { need, anchor: anchor(at.anchor, &(&want.name, index)), landing };
        self.path.push(want.response_key.as_ref().unwrap_or(&want.name).to_string());
        let field = Composite { want: (index, want), below: &below, sources, others, single: at.single };
        let best = self.take_composite(&field, &able);
        self.path.pop();
        best
    }

    /// Whether a leaf belongs to a key of its object: it is asked for with the first part anyway.
    fn is_in_key(&self, at: &At, want: &Want) -> bool {
        let Some(object) = at.object.filter(|_| want.child.is_none() && want.arguments.is_empty()) else {
            return false;
        };
        let mut keys = self.graph.entries(object).iter().filter_map(|entry| entry.key);
        let names = |key: FieldSetId| self.supergraph.field_set(key).fields.iter();
        keys.any(|key| names(key).any(|field| field.name == want.name && field.selection.is_none()))
    }

    /// The field at a source, if it can be asked for there as things stand.
    fn access(&self, at: &At, source: Source, want: &Want) -> Option<FieldMove> {
        let found = self.graph.field(source.place, want.name.as_str()).filter(|found| fills(want, found))?;
        let is_local = |requires| self.is_local(at.object, source.place, requires, 8);
        let ready = source.extra.serves(found)
            || (found.contexts.is_empty() || source.extra.contexts) && found.requires.is_none_or(is_local);
        ready.then(|| found.clone())
    }

    /// Whether a place resolves a required set itself, without any hop.
    fn is_local(&self, object: Option<usize>, place: PlaceId, set: FieldSetId, depth: usize) -> bool {
        let Some(object) = object.filter(|_| depth > 0) else { return false };
        let fields = &self.supergraph.field_set(set).fields;
        fields.iter().filter(|field| field.types.contains(object)).all(|field| {
            if field.name == "__typename" {
                return self.graph.knows_type(place);
            }
            let Some(found) = self.graph.field(place, field.name.as_str()) else { return false };
            if !found.contexts.is_empty() {
                return false;
            }
            if found.requires.is_some_and(|requires| !self.is_local(Some(object), place, requires, depth - 1))
            {
                return false;
            }
            match (found.target, field.selection) {
                (Some(target), Some(selection)) => self.is_local_below(target, selection, depth - 1),
                _ => true,
            }
        })
    }

    fn is_local_below(&self, target: PlaceId, set: FieldSetId, depth: usize) -> bool {
        let place = self.graph.place(target);
        let Some(known) = self.supergraph.known(place.subgraph, place.ty) else { return false };
        place.kind != TypeKind::InterfaceObject
            && known.possible.ones().all(|object| {
                let cast = self.graph.cast(self.supergraph, target, object);
                cast.is_some_and(|cast| self.is_local(Some(object), cast, set, depth))
            })
    }
}

/// Whether objects above fill in all that a field takes from contexts.
pub(super) fn fills(want: &Want, found: &FieldMove) -> bool {
    found.contexts.iter().all(|id| want.contexts.iter().any(|(known, _)| known == id))
}

/// The candidates without which something is missing, and the others.
fn split_needed<'c>(
    question: Question<'_>,
    candidates: &'c [Candidate],
    base: &Trial,
) -> (Vec<&'c Candidate>, Vec<&'c Candidate>) {
    let missing = question.wants.iter().zip(&base.takes).filter(|(_, take)| take.is_none());
    let missing: Vec<Leaf> = missing.map(|((index, _), _)| Leaf::Want(question.at.need, *index)).collect();
    let mut is_needed = vec![false; candidates.len()];
    for leaf in &missing {
        let mut able = (0..candidates.len()).filter(|index| candidates[*index].covers.contains(leaf));
        if let (Some(only), None) = (able.next(), able.next()) {
            is_needed[only] = true;
        }
    }
    let (needed, others): (Vec<_>, Vec<_>) =
        candidates.iter().zip(is_needed).partition(|(_, is_needed)| *is_needed);
    let bare = |all: Vec<(&'c Candidate, bool)>| all.into_iter().map(|(candidate, _)| candidate).collect();
    (bare(needed), bare(others))
}

/// The candidate that brings most of what the chosen ones do not: several may be needed before a value is complete.
fn most_new(candidates: &[&Candidate], chosen: &[&Candidate]) -> Option<usize> {
    let fresh = |candidate: &Candidate| {
        let brought = |leaf: &&_| chosen.iter().any(|known| known.covers.contains(*leaf));
        candidate.covers.iter().filter(|leaf| !brought(leaf)).count()
    };
    let ranked = candidates.iter().enumerate().map(|(index, candidate)| (fresh(candidate), index));
    // The first of the best, so that the order of subgraphs decides ties.
    let best =
        ranked.filter(|(count, _)| *count > 0).max_by_key(|(count, index)| (*count, usize::MAX - index));
    best.map(|(_, index)| index)
}

/// Keeps the sources that something is taken from, and notes which arrivals those are.
fn finish(trial: Trial, arrivals: usize) -> ObjectSolution {
    let takes: Vec<Take> = trial.takes.into_iter().flatten().collect();
    let mut used = vec![false; arrivals];
    let taken = takes.iter().flat_map(|take| match &take.child {
        Some(child) if take.sources.len() > 1 => take
            .sources
            .iter()
            .zip(&child.used)
            .filter(|(_, used)| **used)
            .map(|(source, _)| *source)
            .collect(),
        _ => take.sources.clone(),
    });
    for source in taken.filter(|source| *source < arrivals) {
        used[source] = true;
    }
    for open in &trial.opens {
        for (mark, input) in used.iter_mut().zip(&open.inputs.used) {
            *mark |= input;
        }
    }
    ObjectSolution { opens: trial.opens, takes, used, cost: trial.cost }
}
