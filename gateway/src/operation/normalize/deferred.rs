//! The deferred fragments of a position, and those that turn out to bring nothing of their own.

use super::conditions::Deferred;
use crate::operation::selection::{Defer, DeferSite, PartId, PartSet, SelectionSet, TypeSet};

/// Parts that an answer may have; fragments beyond are delivered with what is around them.
const MOST: usize = 63;

/// The deferred fragments met at one position: a fragment that is spread twice in one part is one.
#[derive(Default)]
pub(super) struct Sites(Vec<(usize, PartId, DeferSite)>);

impl Sites {
    /// The part that a deferred fragment inside `parent` is.
    pub fn add(
        &mut self,
        (deferred, parent): (Deferred, PartId),
        types: &TypeSet,
        (defers, path): (&mut Vec<Defer>, &[apollo_compiler::Name]),
    ) -> PartId {
        let Deferred { label, place } = deferred;
        if let Some((.., site)) = self.0.iter_mut().find(|(at, within, _)| (*at, *within) == (place, parent))
        {
            site.types.union_with(types);
            return site.part;
        }
        if defers.len() >= MOST {
            return parent;
        }
        defers.push(Defer { label, parent, path: path.to_vec() });
        let part = PartId(defers.len() as u8);
        self.0.push((place, parent, DeferSite { part, types: types.clone() }));
        part
    }

    /// Where they stand.
    pub fn list(self) -> Vec<DeferSite> {
        self.0.into_iter().map(|(.., site)| site).collect()
    }
}

/// A fragment of which all comes with an earlier part anyway is none; what is deferred inside it stands in what is around.
pub(super) fn leave_out_empty(selection: &mut SelectionSet, defers: &mut [Defer]) {
    let mut due = PartSet::FIRST;
    each(selection, &mut |set| {
        due = set.fields.iter().fold(due, |all, field| all.with(field.due));
    });
    for index in 0..defers.len() {
        // A parent has a smaller number, so its own parent is settled.
        let parent = usize::from(defers[index].parent.0).checked_sub(1);
        if let Some(parent) = parent.filter(|_| !due.contains(defers[index].parent)) {
            defers[index].parent = defers[parent].parent;
        }
    }
    each(selection, &mut |set| {
        set.defers.retain(|site| due.contains(site.part));
        for field in &mut set.fields {
            field.parts = settled(field.parts, due, defers);
        }
    });
}

/// The parts without the empty ones; what stands in an empty one stands in the part around it.
fn settled(parts: PartSet, due: PartSet, defers: &[Defer]) -> PartSet {
    let empty = parts.without(due);
    let around = empty.iter().filter_map(|part| defers.get(usize::from(part.0).checked_sub(1)?));
    around.fold(parts.without(empty), |parts, defer| parts.with(PartSet::of(defer.parent)))
}

fn each(set: &mut SelectionSet, visit: &mut impl FnMut(&mut SelectionSet)) {
    visit(set);
    for below in set.fields.iter_mut().filter_map(|field| field.selection.as_mut()) {
        each(below, visit);
    }
}
