//! Which subgraphs could be entered at a position, and what entering takes.

use std::collections::BTreeSet;
use std::rc::Rc;

use indexmap::IndexMap;

use super::coverage::Leaf;
use super::object::{Question, Source, WORK, fills};
use super::{At, Cost, Extra, NESTING, NeedId, Open, Opening, Solver};
use crate::planning::needs::{InputSpec, Want};
use crate::supergraph::query_graph::{Entry, EntryKind, PlaceId};

/// A subgraph that could be entered, with or without a required set, and the cheapest way from the arrivals.
pub(super) struct Candidate {
    pub open: Open,
    /// What it brings without further hops, of what makes entering subgraphs necessary.
    pub covers: BTreeSet<Leaf>,
}

impl Solver<'_> {
    /// The subgraphs worth entering for the wants that the sources do not answer for free; the best first.
    pub(super) fn candidates(&mut self, question: Question<'_>, driving: &[usize]) -> Vec<Candidate> {
        let Question { at, wants, sources } = question;
        let Some(object) = at.object else { return Vec::new() };
        let places: IndexMap<PlaceId, &Entry> =
            self.graph.entries(object).iter().rev().map(|entry| (entry.place, entry)).collect();
        self.spend(driving.len() * places.len() / WORK);
        let again = self.needs.get(at.need).is_apart;
        let mut serving: IndexMap<(PlaceId, Extra), usize> = IndexMap::new();
        for (place, entry) in places.into_iter().rev() {
            for index in driving {
                let want = &wants[*index].1;
                if want.is_typename() {
                    if self.graph.knows_type(place) {
                        *serving.entry((place, Extra::default())).or_default() += 1;
                    }
                    continue;
                }
                let found = self.graph.field(place, want.name.as_str());
                let Some(found) = found.filter(|found| fills(want, found)) else { continue };
                let extra = Extra::of(found);
                if again || !extra.is_nothing() || sources.iter().all(|source| source.place != place) {
                    let serves = self.siblings_served(at, entry, want);
                    *serving.entry((place, extra)).or_default() += serves;
                }
            }
        }
        let mut targets: Vec<(PlaceId, Extra, usize)> =
            serving.into_iter().map(|((place, extra), serves)| (place, extra, serves)).collect();
        targets.sort_by_key(|(place, _, serves)| {
            (std::cmp::Reverse(*serves), self.graph.place(*place).subgraph)
        });
        let mut found: Vec<Candidate> = Vec::new();
        for (place, extra, _) in targets {
            let in_time =
                !extra.is_nothing() || at.limit.is_none_or(|limit| self.rank(at, place, sources) < limit);
            let Some(open) = in_time.then(|| self.open(at, place, extra, sources)).flatten() else {
                continue;
            };
            let covers = self.covers(at, wants, driving, &open);
            // One that brings nothing that a cheaper one does not bring is not worth trying.
            let useless = |known: &Candidate| {
                known.open.cost.score() <= open.cost.score()
                    && covers.iter().all(|leaf| known.covers.contains(leaf))
            };
            if !found.iter().any(useless) {
                found.push(Candidate { open, covers });
            }
        }
        found
    }

    /// The leaves of the driving wants that an open brings without further hops.
    fn covers(&mut self, at: &At, wants: &[(usize, Want)], driving: &[usize], open: &Open) -> BTreeSet<Leaf> {
        let mut covers = BTreeSet::new();
        for index in driving {
            let (position, want) = &wants[*index];
            if want.is_typename() {
                if self.graph.knows_type(open.place) {
                    covers.insert(Leaf::Want(at.need, *position));
                }
                continue;
            }
            let Some(found) = self.graph.field(open.place, want.name.as_str()) else { continue };
            if !fills(want, found) || !open.extra.serves(found) {
                continue;
            }
            covers.insert(Leaf::Want(at.need, *position));
            if let (Some(target), Some(need)) = (found.target, want.child) {
                covers.extend(self.coverage(target, need).iter().copied());
            }
        }
        covers
    }

    /// How many runtime types of the position could take the field from the entry's subgraph.
    fn siblings_served(&self, at: &At, entry: &Entry, want: &Want) -> usize {
        let subgraph = self.graph.place(entry.place).subgraph;
        let serves = |object: &usize| {
            self.graph.entries(*object).iter().any(|other| {
                self.graph.place(other.place).subgraph == subgraph
                    && self.graph.field(other.place, want.name.as_str()).is_some()
            })
        };
        at.siblings.ones().filter(serves).count()
    }

    /// The cheapest way into a place from the sources.
    fn open(&mut self, at: &At, place: PlaceId, extra: Extra, sources: &[Source]) -> Option<Open> {
        let entries: Vec<Entry> = {
            let all = self.graph.entries(at.object?).iter();
            // A root type is entered with nothing, so nothing can be sent along.
            let enters =
                |entry: &&Entry| entry.place == place && !(extra.contexts && entry.kind == EntryKind::Root);
            all.filter(enters).cloned().collect()
        };
        let mut best: Option<Open> = None;
        for entry in entries {
            let Some(open) = self.enter(at, &entry, extra, sources) else { continue };
            if best.as_ref().is_none_or(|known| open.cost.score() < known.cost.score()) {
                best = Some(open);
            }
        }
        best
    }

    fn enter(&mut self, at: &At, entry: &Entry, extra: Extra, sources: &[Source]) -> Option<Open> {
        let requires = extra.requires;
        let typename =
            entry.kind == EntryKind::Object && sources.iter().all(|s| !self.graph.knows_type(s.place));
        let input = self.needs.of_input(InputSpec { key: entry.key, requires, typename });
        let places: Vec<PlaceId> = sources.iter().map(|source| source.place).collect();
        let opening = (!extra.is_nothing()).then(|| Opening {
            object: at.object,
            place: entry.place,
            extra,
            sources: places.clone(),
        });
        if let Some(index) =
            opening.as_ref().and_then(|new| self.opening.iter().position(|known| known == new))
        {
            self.tainted = self.tainted.min(index);
            return None;
        }
        if self.nesting >= NESTING {
            self.tainted = 0;
            return None;
        }
        // What is required may be anywhere; what a key needs is fewer hops away than where the key leads.
        let limit = extra.is_nothing().then(|| self.rank(at, entry.place, sources));
        let inputs_at =
            At { need: input, landing: super::LandingId::NONE, single: false, limit, ..at.clone() };
        let circles = opening.is_some();
        self.opening.extend(opening);
        self.nesting += 1;
        let inputs = self.object(&inputs_at, &places);
        self.nesting -= 1;
        if circles {
            self.opening.pop();
        }
        if self.tainted >= self.opening.len() && (circles || self.nesting == 0) {
            self.tainted = usize::MAX;
        }
        Some(self.opened(entry, (input, extra), inputs?, sources))
    }

    /// How many places lie before one, on the way from the sources. Places that only several sources together open
    /// come last.
    fn rank(&self, at: &At, place: PlaceId, sources: &[Source]) -> usize {
        let Some(object) = at.object else { return usize::MAX };
        let from =
            |source: &Source| self.graph.reach(source.place, object).iter().position(|known| *known == place);
        sources.iter().filter_map(from).min().unwrap_or(usize::MAX)
    }

    fn opened(
        &self,
        entry: &Entry,
        (input, extra): (NeedId, Extra),
        inputs: Rc<super::ObjectSolution>,
        sources: &[Source],
    ) -> Open {
        let from = inputs.used.iter().zip(sources).filter(|(used, _)| **used).map(|(_, source)| source.depth);
        let before = from.max().unwrap_or(0);
        let depth = before + inputs.cost.depth() + 1;
        let subgraph = self.graph.place(entry.place).subgraph;
        let mut cost = Cost::request(depth, subgraph, entry.kind == EntryKind::Root);
        if self.avoid == Some(subgraph) && entry.kind != EntryKind::Root {
            cost = cost.avoid();
        }
        cost.and(&inputs.cost.clone().after(before));
        cost.inputs += self.needs.get(input).wants.len() as u32;
        Open { place: entry.place, kind: entry.kind, input, inputs, extra, depth, cost }
    }

    /// The candidate's way in, given what was opened before it.
    pub(super) fn open_after(
        &mut self,
        at: &At,
        candidate: &Candidate,
        all: &[Source],
        arrivals: usize,
    ) -> Open {
        if all.len() == arrivals || candidate.open.inputs.cost.is_free() {
            return candidate.open.clone();
        }
        match self.open(at, candidate.open.place, candidate.open.extra, all) {
            Some(open) if open.inputs.cost.requests() < candidate.open.inputs.cost.requests() => open,
            _ => candidate.open.clone(),
        }
    }
}
