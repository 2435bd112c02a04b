//! Which types queries can come to, or name in what they send.

use std::collections::BTreeSet;

use apollo_compiler::Name;

use super::{Contract, Hidden, tags};
use crate::composition::merged::{Merged, MergedType};
use crate::composition::subgraph::is_root;

/// Hides every type that cannot be reached, unless it has a tag to include.
pub(super) fn hide_unreachable(contract: &Contract, merged: &Merged, hidden: &mut Hidden) {
    let is_wanted =
        |ty: &&MergedType| !contract.include.is_empty() && contract.includes(tags::of(&ty.directives));
    let wanted = merged.types.values().filter(is_wanted).map(|ty| &ty.name);
    let reached = Walk::over(merged, hidden, wanted);
    hidden.types.extend(merged.types.keys().filter(|name| !reached.contains(*name)).cloned());
}

struct Walk<'a> {
    merged: &'a Merged,
    hidden: &'a Hidden,
    reached: BTreeSet<Name>,
    next: Vec<&'a MergedType>,
}

impl<'a> Walk<'a> {
    /// Everything that is reached from the root types, the directives and what is wanted anyway.
    fn over(
        merged: &'a Merged,
        hidden: &'a Hidden,
        wanted: impl Iterator<Item = &'a Name>,
    ) -> BTreeSet<Name> {
        let mut walk = Walk { merged, hidden, reached: BTreeSet::new(), next: Vec::new() };
        for name in merged.types.keys().filter(|name| is_root(name)).chain(wanted) {
            walk.reach(name);
        }
        for argument in merged.directives.values().flat_map(|directive| &directive.arguments) {
            walk.reach(argument.ty.inner_named_type());
        }
        while let Some(ty) = walk.next.pop() {
            walk.go_on(ty);
        }
        walk.reached
    }

    fn reach(&mut self, name: &Name) {
        let Some(ty) = self.merged.types.get(name) else { return };
        if !self.hidden.has_type(name) && self.reached.insert(name.clone()) {
            self.next.push(ty);
        }
    }

    fn go_on(&mut self, ty: &'a MergedType) {
        for field in ty.fields.values().filter(|field| !self.hidden.has_member(&ty.name, &field.name)) {
            self.reach(field.ty.inner_named_type());
            for argument in field.arguments.values() {
                let path = (ty.name.clone(), field.name.clone(), argument.name.clone());
                if !self.hidden.arguments.contains(&path) {
                    self.reach(argument.ty.inner_named_type());
                }
            }
        }
        for input in ty.inputs.values().filter(|input| !self.hidden.has_member(&ty.name, &input.name)) {
            self.reach(input.ty.inner_named_type());
        }
        let merged = self.merged;
        let below = merged.types.values().filter(|other| other.interfaces.contains_key(&ty.name));
        for name in ty.members.keys().chain(ty.interfaces.keys()).chain(below.map(|other| &other.name)) {
            self.reach(name);
        }
    }
}
