//! Which fields a subgraph uses for federation: in keys, required and provided sets, and to satisfy its interfaces.

use std::collections::HashSet;

use apollo_compiler::Name;

use super::contexts::{setters, taken_of};
use super::field_set::FieldSet;
use super::{Kind, Subgraph};

/// Fields by type and name.
pub(crate) type Fields = HashSet<(Name, Name)>;

/// All fields used in field sets or for interfaces.
pub(crate) fn used(subgraph: &Subgraph) -> Fields {
    let mut used = Fields::new();
    for ty in subgraph.types.values() {
        for key in &ty.keys {
            add(subgraph, &ty.name, &key.fields, &mut used);
        }
        for field in ty.fields.values() {
            if let Some(requires) = &field.requires {
                add(subgraph, &ty.name, requires, &mut used);
            }
            if let Some(provides) = &field.provides {
                add(subgraph, field.ty.inner_named_type(), provides, &mut used);
            }
        }
        for (_, from) in ty.fields.values().flat_map(|field| field.contextual()) {
            let (Some((context, _)), Ok(set)) = (from.parts(), from.selection()) else { continue };
            for setter in setters(subgraph, context) {
                for (on, selections) in taken_of(subgraph, setter, &set) {
                    let taken = FieldSet { selections: selections.to_vec(), span: set.span };
                    add(subgraph, &on, &taken, &mut used);
                }
            }
        }
        if ty.kind == Kind::Interface {
            for object in subgraph.runtime_types(&ty.name) {
                for field in ty.fields.keys().filter(|field| object.fields.contains_key(*field)) {
                    used.insert((object.name.clone(), field.clone()));
                }
            }
        }
    }
    used
}

/// All fields that are provided somewhere.
pub(crate) fn provided(subgraph: &Subgraph) -> Fields {
    let mut fields = Fields::new();
    for field in subgraph.types.values().flat_map(|ty| ty.fields.values()) {
        if let Some(provides) = &field.provides {
            add(subgraph, field.ty.inner_named_type(), provides, &mut fields);
        }
    }
    fields
}

/// All fields that stand in some key, which makes them shareable.
pub(crate) fn in_keys(subgraph: &Subgraph) -> Fields {
    let mut fields = Fields::new();
    for ty in subgraph.types.values() {
        for key in &ty.keys {
            for selected in key.fields.selected(subgraph, &ty.name) {
                fields.insert((selected.parent.name.clone(), selected.field.name.clone()));
            }
        }
    }
    fields
}

/// A field selected on an interface is used on its implementations.
fn add(subgraph: &Subgraph, parent: &Name, set: &FieldSet, used: &mut Fields) {
    for selected in set.selected(subgraph, parent) {
        used.insert((selected.parent.name.clone(), selected.field.name.clone()));
        if selected.parent.kind == Kind::Interface {
            for object in subgraph.runtime_types(&selected.parent.name) {
                used.insert((object.name.clone(), selected.field.name.clone()));
            }
        }
    }
}
