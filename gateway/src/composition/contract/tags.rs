//! The tags of the elements of the merged types.

use std::collections::BTreeSet;

use apollo_compiler::Node;
use apollo_compiler::ast::Directive;

use crate::composition::merged::{Merged, MergedField, MergedType};

/// Names of tags.
pub(super) type Tags<'a> = BTreeSet<&'a str>;

/// The tags that stand on an element itself.
pub(super) fn of(directives: &[Node<Directive>]) -> impl Iterator<Item = &str> {
    directives
        .iter()
        .filter(|directive| directive.name == "tag")
        .filter_map(|directive| directive.specified_argument_by_name("name")?.as_str())
}

/// The tags of a field: its own and those of its type. What an interface object brings to an implementation has those of the
/// interface object too: there it is declared.
pub(super) fn of_field<'a>(merged: &'a Merged, ty: &'a MergedType, field: &'a MergedField) -> Tags<'a> {
    let mut tags: Tags = of(&field.directives).chain(of(&ty.directives)).collect();
    let is_brought = field.joins.iter().any(|join| join.graph.is_none());
    let interfaces = ty.interfaces.keys().filter_map(|name| merged.types.get(name));
    for interface in interfaces.filter(|_| is_brought) {
        let is_object = interface.joins.iter().any(|join| join.is_interface_object);
        if is_object && interface.fields.contains_key(&field.name) {
            tags.extend(of(&interface.directives));
        }
    }
    tags
}

/// Every tag that something has.
pub(super) fn all(merged: &Merged) -> Tags<'_> {
    let mut tags = Tags::new();
    for ty in merged.types.values() {
        tags.extend(of(&ty.directives));
        for field in ty.fields.values() {
            tags.extend(of(&field.directives));
            tags.extend(field.arguments.values().flat_map(|argument| of(&argument.directives)));
        }
        tags.extend(ty.inputs.values().flat_map(|input| of(&input.directives)));
        tags.extend(ty.values.values().flat_map(|value| of(&value.directives)));
    }
    tags
}
