//! Finds or makes the step that an open belongs to.

use std::collections::BTreeSet;

use super::contexts;
use super::{ContextDraft, Emitter, RepresentationDraft, SelectionDraft, StepDraft, StepIndex, StepKind};
use crate::operation::selection::Guard;
use crate::planning::query_plan::{Path, RepresentationField};
use crate::supergraph::{SubgraphId, TypeId};

/// What an open asks for.
pub(super) struct Wanted<'p> {
    pub subgraph: SubgraphId,
    pub kind: StepKind,
    pub path: &'p Path,
    pub after: BTreeSet<StepIndex>,
    pub representation: Option<RepresentationDraft>,
    pub contexts: Vec<ContextDraft>,
    pub guard: Guard,
}

impl Emitter<'_> {
    /// An equal step takes the representation in, if both can be sent together; else a new one is made.
    pub(super) fn step(&mut self, mut wanted: Wanted<'_>) -> StepIndex {
        if let (StepKind::Root(_), true) = (wanted.kind, wanted.path.0.is_empty()) {
            wanted.after.extend(self.barrier.iter().copied());
        }
        let found = (0..self.steps.len()).find(|index| self.takes_in(*index, &wanted));
        let index = found.unwrap_or_else(|| self.new_step(&wanted));
        let step = &mut self.steps[index];
        step.guard = Some(match &step.guard {
            Some(guard) => guard.or(&wanted.guard),
            None => wanted.guard,
        });
        wanted.contexts.into_iter().for_each(|draft| contexts::add(&mut step.contexts, draft));
        if let Some(representation) = wanted.representation {
            add(&mut step.representations, representation);
        }
        index
    }

    /// Some steps and all that they wait for.
    pub(super) fn all_before(&self, steps: &BTreeSet<StepIndex>) -> BTreeSet<StepIndex> {
        let mut found = BTreeSet::new();
        let mut open: Vec<StepIndex> = steps.iter().copied().collect();
        while let Some(next) = open.pop() {
            if found.insert(next) {
                open.extend(&self.steps[next].after);
            }
        }
        found
    }

    fn takes_in(&self, index: StepIndex, wanted: &Wanted<'_>) -> bool {
        let step = &self.steps[index];
        if step.due != self.due
            || step.subgraph != wanted.subgraph
            || step.kind != wanted.kind
            || step.path != *wanted.path
        {
            return false;
        }
        if let StepKind::Root(_) = step.kind {
            return step.after == wanted.after || self.shared_root == Some(index);
        }
        let Some(new) = &wanted.representation else { return false };
        let overlapping = step.representations.iter().filter(|known| overlap(known, new));
        let same_guard = step.guard.as_ref().is_none_or(|guard| *guard == wanted.guard);
        let fits = |known: &RepresentationDraft| {
            known.type_name == new.type_name
                && mergeable(&known.fields, &new.fields)
                && (same_guard || known.fields == new.fields)
        };
        step.after == wanted.after && overlapping.clone().all(fits)
    }

    fn new_step(&mut self, wanted: &Wanted<'_>) -> StepIndex {
        let ty = match wanted.kind {
            StepKind::Root(ty) | StepKind::Interface(ty) => Some(ty),
            StepKind::Entities => None,
        };
        let selection = self.selection(wanted.subgraph, ty);
        self.steps.push(StepDraft {
            subgraph: wanted.subgraph,
            kind: wanted.kind,
            path: wanted.path.clone(),
            selection,
            representations: Vec::new(),
            contexts: Vec::new(),
            after: wanted.after.clone(),
            due: self.due,
            guard: None,
        });
        self.steps.len() - 1
    }

    pub(super) fn selection(&mut self, subgraph: SubgraphId, ty: Option<TypeId>) -> usize {
        self.selections.push(SelectionDraft { subgraph, ty, fields: Vec::new() });
        self.selections.len() - 1
    }
}

fn overlap(one: &RepresentationDraft, two: &RepresentationDraft) -> bool {
    !one.types.is_disjoint(&two.types)
}

/// Whether two representations can be one: nothing is sent under one name from two slots.
fn mergeable(one: &[RepresentationField], two: &[RepresentationField]) -> bool {
    one.iter().all(|a| {
        two.iter().filter(|b| a.name == b.name).all(|b| {
            let apart =
                !a.types.is_empty() && !b.types.is_empty() && a.types.iter().all(|t| !b.types.contains(t));
            apart || (a.slot == b.slot && mergeable(&a.fields, &b.fields))
        })
    })
}

/// Types that are already sent get the new fields too; the rest joins an equal representation or stands alone.
fn add(known: &mut Vec<RepresentationDraft>, mut new: RepresentationDraft) {
    let mut next = Vec::new();
    for old in known.drain(..) {
        let mut both = old.types.clone();
        both.intersect_with(&new.types);
        if both.is_clear() {
            next.push(old);
            continue;
        }
        let mut only = old.types.clone();
        only.difference_with(&both);
        new.types.difference_with(&both);
        let fields = union(&old.fields, &new.fields);
        if !only.is_clear() {
            next.push(RepresentationDraft { types: only, ..old.clone() });
        }
        next.push(RepresentationDraft { types: both, type_name: old.type_name, fields });
    }
    if !new.types.is_clear() {
        next.push(new);
    }
    for candidate in next {
        match known.iter_mut().find(|k| k.fields == candidate.fields && k.type_name == candidate.type_name) {
            Some(same) => same.types.union_with(&candidate.types),
            None => known.push(candidate),
        }
    }
}

pub(super) fn union(one: &[RepresentationField], two: &[RepresentationField]) -> Vec<RepresentationField> {
    let mut all = one.to_vec();
    for field in two {
        match all.iter_mut().find(|known| known.name == field.name && known.slot == field.slot) {
            Some(known) => {
                known.fields = union(&known.fields, &field.fields);
                known.is_key |= field.is_key;
                if known.types.is_empty() || field.types.is_empty() {
                    known.types = Vec::new();
                } else {
                    for ty in &field.types {
                        if !known.types.contains(ty) {
                            known.types.push(ty.clone());
                        }
                    }
                }
            }
            None => all.push(field.clone()),
        }
    }
    all
}
