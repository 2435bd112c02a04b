//! What a contract leaves out by the tags alone, beside what is inaccessible anyway.

use apollo_compiler::Node;
use apollo_compiler::ast::Directive;

use super::{Contract, Hidden, tags};
use crate::composition::merged::{Merged, MergedType};
use crate::composition::subgraph::{Kind, has_directive};

/// The elements that are hidden by themselves.
pub(super) fn select(contract: &Contract, merged: &Merged) -> Hidden {
    let mut hidden = Hidden::default();
    for ty in merged.types.values() {
        if hides_type(contract, ty) {
            hidden.types.insert(ty.name.clone());
        }
        members(contract, merged, ty, &mut hidden);
    }
    hidden
}

/// Only unions have to be included themselves: object types and interfaces are there when one of their fields is, and scalars,
/// enums and inputs when nothing excludes them.
fn hides_type(contract: &Contract, ty: &MergedType) -> bool {
    contract.hides(&ty.directives) || (ty.kind == Kind::Union && !contract.includes(tags::of(&ty.directives)))
}

fn members(contract: &Contract, merged: &Merged, ty: &MergedType, hidden: &mut Hidden) {
    for field in ty.fields.values() {
        let tags = tags::of_field(merged, ty, field);
        let excluded = contract.excludes(tags.iter().copied());
        let included = contract.includes(tags.iter().copied());
        if excluded || !included || has_directive(&field.directives, "inaccessible") {
            hidden.members.insert((ty.name.clone(), field.name.clone()));
        }
        for argument in field.arguments.values().filter(|argument| contract.hides(&argument.directives)) {
            hidden.arguments.insert((ty.name.clone(), field.name.clone(), argument.name.clone()));
        }
    }
    let inputs = ty.inputs.values().map(|input| (&input.name, &input.directives));
    let values = ty.values.values().map(|value| (&value.name, &value.directives));
    for (name, _) in inputs.chain(values).filter(|(_, directives)| contract.hides(directives)) {
        hidden.members.insert((ty.name.clone(), name.clone()));
    }
}

impl Contract {
    /// Whether an element is hidden by what stands on it.
    fn hides(&self, directives: &[Node<Directive>]) -> bool {
        has_directive(directives, "inaccessible") || self.excludes(tags::of(directives))
    }

    fn excludes<'a>(&self, mut tags: impl Iterator<Item = &'a str>) -> bool {
        tags.any(|tag| self.exclude.contains(tag))
    }

    /// Without tags to include, everything is included.
    pub(super) fn includes<'a>(&self, mut tags: impl Iterator<Item = &'a str>) -> bool {
        self.include.is_empty() || tags.any(|tag| self.include.contains(tag))
    }
}
