//! Under which keys the merged answer holds what is fetched.

use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::ast;

use super::{Emitter, MergedIndex, StepIndex};
use crate::operation::selection::{Guard, PartSet, TypeSet};
use crate::planning::needs::{NeedId, Want};

/// One kind of object of the merged answer.
#[derive(Debug, Default)]
pub(super) struct Merged {
    slots: Vec<Slot>,
}

#[derive(Debug)]
struct Slot {
    key: Name,
    name: Name,
    arguments: Vec<(Name, Arc<ast::Value>)>,
    types: TypeSet,
    guard: Guard,
    child: Option<MergedIndex>,
    /// Whether it stands for a field of the client's.
    is_clients: bool,
    /// A leaf's steps that bring it whatever the guards.
    brought: Vec<Brought>,
}

/// A step that brings a leaf for some types of its objects, below objects of some types on the way to them.
#[derive(Debug)]
struct Brought {
    types: TypeSet,
    scope: Vec<TypeSet>,
    step: StepIndex,
}

/// Where a field is held for some object types.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub key: Name,
    pub types: TypeSet,
    pub child: Option<MergedIndex>,
    /// All types that the key is held for.
    pub all_types: TypeSet,
}

impl Emitter<'_> {
    /// The objects that the client selects on: its response keys are taken.
    pub fn client_object(&mut self, need: NeedId) -> MergedIndex {
        let needs = self.needs;
        let mut merged = Merged::default();
        let later = needs.get(need).later.iter().flat_map(|(_, later)| &needs.get(*later).wants);
        for want in needs.get(need).wants.iter().chain(later) {
            let Some(key) = want.response_key.clone() else { continue };
            let child = want.child.map(|child| self.client_object(child));
            merged.slots.push(Slot {
                key,
                name: want.name.clone(),
                arguments: want.arguments.clone(),
                types: want.types.clone(),
                guard: want.guard.clone(),
                child,
                is_clients: true,
                brought: Vec::new(),
            });
        }
        self.merged.push(merged);
        self.merged.len() - 1
    }

    /// Where a want is held for some types. A field that only the plan needs shares the client's key where it is the
    /// same field, else gets a key that no client's equals.
    pub(super) fn held(&mut self, merged: MergedIndex, want: &Want, types: &TypeSet) -> Vec<Held> {
        let slots = &self.merged[merged].slots;
        if let Some(key) = &want.response_key {
            let own =
                slots.iter().find(|slot| slot.is_clients && slot.key == *key && slot.types == want.types);
            return own.map(|slot| held(slot, types.clone())).into_iter().collect();
        }
        let mut found = Vec::new();
        let mut rest = types.clone();
        let same = |slot: &&Slot| {
            slot.is_clients
                && slot.guard.is_always()
                && slot.name == want.name
                && slot.arguments == want.arguments
                && slot.child.is_some() == want.child.is_some()
        };
        for slot in slots.iter().filter(same) {
            let mut covered = rest.clone();
            covered.intersect_with(&slot.types);
            if !covered.is_clear() {
                rest.difference_with(&covered);
                found.push(held(slot, covered));
            }
        }
        if !rest.is_clear() || found.is_empty() {
            found.push(self.internal(merged, want, rest));
        }
        found
    }

    /// The step that already brings a leaf for some types, if one does.
    pub(super) fn brought(&self, merged: MergedIndex, held: &Held, scope: &[TypeSet]) -> Option<StepIndex> {
        let slot = self.merged[merged]
            .slots
            .iter()
            .find(|slot| slot.key == held.key && !slot.types.is_disjoint(&held.types))?;
        let everywhere = |known: &[TypeSet]| scope.iter().zip(known).all(|(own, known)| own.is_subset(known));
        let in_time = |step: StepIndex| [PartSet::FIRST, self.due].contains(&self.steps[step].due);
        let serves = |known: &&Brought| {
            held.types.is_subset(&known.types) && everywhere(&known.scope) && in_time(known.step)
        };
        slot.brought.iter().find(serves).map(|known| known.step)
    }

    /// Notes that a step brings a leaf, unless a guard may leave it out.
    pub(super) fn note_brought(
        &mut self,
        merged: MergedIndex,
        held: &Held,
        (scope, step): (&[TypeSet], StepIndex),
    ) {
        let unguarded = self.steps[step].guard.as_ref().is_none_or(|guard| guard.is_always());
        let slots = &mut self.merged[merged].slots;
        let found =
            slots.iter_mut().find(|slot| slot.key == held.key && !slot.types.is_disjoint(&held.types));
        if let Some(slot) = found.filter(|slot| unguarded && slot.guard.is_always()) {
            slot.brought.push(Brought { types: held.types.clone(), scope: scope.to_vec(), step });
        }
    }

    fn internal(&mut self, merged: MergedIndex, want: &Want, types: TypeSet) -> Held {
        let slots = &self.merged[merged].slots;
        let known = slots
            .iter()
            .position(|slot| !slot.is_clients && slot.name == want.name && slot.arguments == want.arguments);
        if let Some(index) = known {
            let slot = &mut self.merged[merged].slots[index];
            slot.types.union_with(&types);
            return held(slot, types);
        }
        let taken = |key: &str| slots.iter().any(|slot| slot.key == key);
        let mut key = want.name.clone();
        let mut count = 0;
        while taken(&key) {
            // A valid name with a valid suffix is a valid name; only then does the loop go on.
            let Ok(next) = Name::new(&format!("_{}_{count}", want.name)) else { break };
            key = next;
            count += 1;
        }
        let child = want.child.map(|_| {
            self.merged.push(Merged::default());
            self.merged.len() - 1
        });
        let slot = Slot {
            key,
            name: want.name.clone(),
            arguments: want.arguments.clone(),
            types: types.clone(),
            guard: Guard::default(),
            child,
            is_clients: false,
            brought: Vec::new(),
        };
        let found = held(&slot, types);
        self.merged[merged].slots.push(slot);
        found
    }
}

fn held(slot: &Slot, types: TypeSet) -> Held {
    Held { key: slot.key.clone(), types, child: slot.child, all_types: slot.types.clone() }
}
