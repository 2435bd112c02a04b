//! `@defer`: an answer in parts. The first part is what is not deferred, each other one is a deferred fragment.

use apollo_compiler::Name;
use fixedbitset::FixedBitSet;

use super::selection::{Operation, SelectionSet};

/// A part of the answer: 0 is the first, `n` is the deferred fragment `Operation::defers[n - 1]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PartId(pub u8);

impl PartId {
    /// What is not deferred.
    pub const FIRST: Self = Self(0);
}

/// Some parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PartSet(u64);

impl PartSet {
    /// The first part alone.
    pub const FIRST: Self = Self(1);

    /// One part.
    pub fn of(part: PartId) -> Self {
        Self(1u64.checked_shl(part.0.into()).unwrap_or(0))
    }

    /// Both.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These but for those.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether a part is among them.
    pub fn contains(self, part: PartId) -> bool {
        self.meets(Self::of(part))
    }

    /// Whether they have a part in common.
    pub fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The parts, the first one first.
    pub fn iter(self) -> impl Iterator<Item = PartId> {
        (0..64).map(PartId).filter(move |part| self.contains(*part))
    }
}

/// A deferred fragment at one position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defer {
    /// What the client calls it.
    pub label: Option<String>,
    /// The part that it stands in: it is delivered after that.
    pub parent: PartId,
    /// The response keys that lead to the position.
    pub path: Vec<Name>,
}

/// Where a deferred fragment stands: a part and the runtime types of the position that it applies to.
#[derive(Clone, Debug)]
pub struct DeferSite {
    /// The part.
    pub part: PartId,
    /// The object types.
    pub types: FixedBitSet,
}

impl Operation {
    /// The same with nothing deferred.
    #[must_use]
    pub fn whole(&self) -> Self {
        let mut whole = self.clone();
        whole.defers = Vec::new();
        defer_nothing(&mut whole.selection);
        whole
    }
}

fn defer_nothing(set: &mut SelectionSet) {
    set.defers = Vec::new();
    for field in &mut set.fields {
        (field.parts, field.due) = (PartSet::FIRST, PartSet::FIRST);
        field.selection.iter_mut().for_each(defer_nothing);
    }
}

/// The parts among these that none of the others comes before.
pub(super) fn earliest(defers: &[Defer], parts: PartSet) -> PartSet {
    let comes_later = |part: &PartId| ancestors(defers, *part).any(|before| parts.contains(before));
    parts.iter().filter(comes_later).fold(parts, |kept, part| kept.without(PartSet::of(part)))
}

/// The parts that a part stands in, the innermost first.
fn ancestors(defers: &[Defer], part: PartId) -> impl Iterator<Item = PartId> {
    let parent = |part: &PartId| {
        let index = usize::from(part.0).checked_sub(1)?;
        defers.get(index).map(|defer| defer.parent)
    };
    std::iter::successors(parent(&part), move |part| parent(part))
}
