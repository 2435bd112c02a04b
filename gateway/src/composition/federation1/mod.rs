//! Brings Federation 1 schemas up to date: what was implied then is written out, what was ignored then is removed.

mod field_sets;

use std::collections::HashMap;

use apollo_compiler::Name;

use super::codes;
use super::diagnostic::Diagnostics;
use super::subgraph::field_set::FieldSet;
use super::subgraph::usage;
use super::subgraph::{External, FederationVersion, Kind, Subgraph};

/// Upgrades the subgraphs that link no federation version; the others tell them the keys of their extensions.
pub(crate) fn upgrade(subgraphs: &mut [Subgraph], diagnostics: &mut Diagnostics) {
    let is_old = |subgraph: &Subgraph| subgraph.version == FederationVersion::One;
    if !subgraphs.iter().any(is_old) {
        return;
    }
    let keys = keys_by_type(subgraphs);
    refuse_keys_for_interface_objects(subgraphs, diagnostics);
    for subgraph in subgraphs.iter_mut().filter(|subgraph| is_old(subgraph)) {
        mark_borrowed_key_fields(subgraph, &keys);
        ignore_directives_on_interfaces(subgraph);
        field_sets::drop_what_is_not_external(subgraph);
        drop_unused_externals(subgraph, diagnostics);
        share_everything(subgraph);
        forget_extend_keyword(subgraph);
    }
}

fn keys_by_type(subgraphs: &[Subgraph]) -> HashMap<Name, Vec<FieldSet>> {
    let mut keys: HashMap<Name, Vec<FieldSet>> = HashMap::new();
    for ty in subgraphs.iter().flat_map(|subgraph| subgraph.types.values()) {
        if !ty.is_extension && !ty.keys.is_empty() {
            let sets = ty.keys.iter().map(|key| key.fields.clone());
            keys.entry(ty.name.clone()).or_default().extend(sets);
        }
    }
    keys
}

/// An extension without a key of its own has the keys of its definition.
fn mark_borrowed_key_fields(subgraph: &mut Subgraph, keys: &HashMap<Name, Vec<FieldSet>>) {
    let mut found = Vec::new();
    for ty in subgraph.types.values() {
        if !ty.is_extension || !ty.keys.is_empty() {
            continue;
        }
        for set in keys.get(&ty.name).into_iter().flatten() {
            for selected in set.selected(subgraph, &ty.name) {
                found.push((selected.parent.name.clone(), selected.field.name.clone()));
            }
        }
    }
    for (parent, field) in found {
        let field = subgraph.types.get_mut(&parent).and_then(|parent| parent.fields.get_mut(&field));
        if let Some(field) = field
            && field.is_external()
        {
            field.external = External::KeyOfExtension;
        }
    }
}

/// The key of a Federation 1 interface does not let the interface be resolved, which interface objects need.
fn refuse_keys_for_interface_objects(subgraphs: &[Subgraph], diagnostics: &mut Diagnostics) {
    let is_interface_object = |name: &Name| {
        subgraphs.iter().any(|other| other.types.get(name).is_some_and(|ty| ty.is_interface_object))
    };
    for subgraph in subgraphs.iter().filter(|subgraph| subgraph.version == FederationVersion::One) {
        for ty in subgraph.types.values() {
            let Some(key) = ty.keys.first() else { continue };
            if ty.kind == Kind::Interface && is_interface_object(&ty.name) {
                diagnostics.report(
                    codes::INTERFACE_OBJECT_USAGE_ERROR,
                    format!(
                        "`{}` is an `@interfaceObject` elsewhere, and \"{}\" has a key on it and links no federation v2",
                        ty.name, subgraph.name
                    ),
                    [subgraph.site(key.fields.span)],
                );
            }
        }
    }
}

fn ignore_directives_on_interfaces(subgraph: &mut Subgraph) {
    for ty in subgraph.types.values_mut() {
        if ty.kind == Kind::Interface {
            ty.keys.clear();
            for field in ty.fields.values_mut() {
                field.external = External::No;
                field.external_span = None;
                field.requires = None;
                field.provides = None;
            }
        }
    }
}

/// Federation 1 did not mind external fields that nothing uses; they are no part of the schema.
fn drop_unused_externals(subgraph: &mut Subgraph, diagnostics: &mut Diagnostics) {
    let used = usage::used(subgraph);
    let mut emptied = Vec::new();
    for ty in subgraph.types.values_mut() {
        let before = ty.fields.len();
        let parent = ty.name.clone();
        ty.fields
            .retain(|name, field| !field.is_external() || used.contains(&(parent.clone(), name.clone())));
        if before > 0 && ty.fields.is_empty() {
            emptied.push((ty.name.clone(), ty.span));
        }
        for field in ty.fields.values_mut().filter(|field| field.is_external()) {
            field.directives.retain(|directive| directive.name != "tag");
        }
    }
    for (name, span) in emptied {
        if !is_referenced(subgraph, &name) {
            subgraph.types.shift_remove(&name);
            continue;
        }
        diagnostics.report(
            codes::TYPE_WITH_ONLY_UNUSED_EXTERNAL,
            format!("all fields of `{name}` are external and none is used"),
            [subgraph.site(span)],
        );
    }
}

fn is_referenced(subgraph: &Subgraph, name: &Name) -> bool {
    subgraph.types.values().any(|ty| {
        ty.members.contains_key(name) || ty.fields.values().any(|field| field.ty.inner_named_type() == name)
    })
}

/// Value types and entity fields were shared without saying so, subscriptions never.
fn share_everything(subgraph: &mut Subgraph) {
    for ty in subgraph.types.values_mut() {
        if ty.kind == Kind::Object && ty.name != "Subscription" {
            for field in ty.fields.values_mut() {
                field.shareable = true;
            }
        }
    }
}

/// With its definition elsewhere an `extend type` is as good as a definition; only `@extends` stays an extension.
fn forget_extend_keyword(subgraph: &mut Subgraph) {
    for key in subgraph.types.values_mut().flat_map(|ty| &mut ty.keys) {
        key.extension &= key.marked_extends;
    }
}
