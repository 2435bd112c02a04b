//! Which subgraphs could be entered at a position, and what entering takes.

use std::rc::Rc;

use super::object::{Question, Source};
use super::{At, Cost, NeedId, OPENINGS, Open, Opening, Solver};
use crate::planning::needs::{InputSpec, Want};
use crate::supergraph::FieldSetId;
use crate::supergraph::query_graph::{Entry, EntryKind, PlaceId};

/// A subgraph that could be entered, with or without a required set, and the cheapest way from the arrivals.
pub(super) struct Candidate {
    pub open: Open,
}

impl Solver<'_> {
    /// The subgraphs worth entering for the wants that the sources do not answer for free; the best first.
    pub(super) fn candidates(&mut self, question: Question<'_>, driving: &[usize]) -> Vec<Candidate> {
        let Question { at, wants, sources } = question;
        let Some(object) = at.object else { return Vec::new() };
        let mut targets: Vec<(PlaceId, Option<FieldSetId>, usize)> = Vec::new();
        let mut note = |place: PlaceId, requires, serves: usize| match targets
            .iter_mut()
            .find(|(p, r, _)| *p == place && *r == requires)
        {
            Some((_, _, score)) => *score += serves,
            None => targets.push((place, requires, serves)),
        };
        for index in driving {
            let want = &wants[*index].1;
            let mut seen = Vec::new();
            for entry in self.graph.entries(object) {
                if seen.contains(&entry.place) {
                    continue;
                }
                seen.push(entry.place);
                if want.is_typename() {
                    if self.graph.knows_type(entry.place) {
                        note(entry.place, None, 1);
                    }
                    continue;
                }
                let Some(found) = self.graph.field(entry.place, want.name.as_str()) else { continue };
                if found.requires.is_some() || sources.iter().all(|source| source.place != entry.place) {
                    note(entry.place, found.requires, self.siblings_served(at, entry, want));
                }
            }
        }
        targets.sort_by_key(|(place, _, serves)| {
            (std::cmp::Reverse(*serves), self.graph.place(*place).subgraph)
        });
        let mut found = Vec::new();
        for (place, requires, _) in targets {
            if let Some(open) = self.open(at, place, requires, sources) {
                found.push(Candidate { open });
            }
        }
        found
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
    fn open(
        &mut self,
        at: &At,
        place: PlaceId,
        requires: Option<FieldSetId>,
        sources: &[Source],
    ) -> Option<Open> {
        let entries: Vec<Entry> = {
            let all = self.graph.entries(at.object?).iter();
            all.filter(|entry| entry.place == place).cloned().collect()
        };
        let mut best: Option<Open> = None;
        for entry in entries {
            let Some(open) = self.enter(at, &entry, requires, sources) else { continue };
            if best.as_ref().is_none_or(|known| open.cost.score() < known.cost.score()) {
                best = Some(open);
            }
        }
        best
    }

    fn enter(
        &mut self,
        at: &At,
        entry: &Entry,
        requires: Option<FieldSetId>,
        sources: &[Source],
    ) -> Option<Open> {
        let typename =
            entry.kind == EntryKind::Object && sources.iter().all(|s| !self.graph.knows_type(s.place));
        let input = self.needs.of_input(InputSpec { key: entry.key, requires, typename });
        let places: Vec<PlaceId> = sources.iter().map(|source| source.place).collect();
        let opening = Opening { object: at.object, place: entry.place, input, sources: places.clone() };
        if let Some(index) = self.opening.iter().position(|known| *known == opening) {
            self.tainted = self.tainted.min(index);
            return None;
        }
        if self.opening.len() >= OPENINGS {
            self.tainted = 0;
            return None;
        }
        let inputs_at = At { need: input, landing: super::LandingId::NONE, single: false, ..at.clone() };
        self.opening.push(opening);
        let inputs = self.object(&inputs_at, &places);
        self.opening.pop();
        if self.tainted >= self.opening.len() {
            self.tainted = usize::MAX;
        }
        Some(self.opened(entry, (input, requires), inputs?, sources))
    }

    fn opened(
        &self,
        entry: &Entry,
        (input, requires): (NeedId, Option<FieldSetId>),
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
        cost.fields += self.needs.get(input).wants.len() as u32;
        Open { place: entry.place, kind: entry.kind, input, inputs, requires, depth, cost }
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
        match self.open(at, candidate.open.place, candidate.open.requires, all) {
            Some(open) if open.inputs.cost.requests() < candidate.open.inputs.cost.requests() => open,
            _ => candidate.open.clone(),
        }
    }
}
