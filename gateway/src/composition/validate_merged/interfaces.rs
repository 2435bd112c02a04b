//! Interfaces over the whole: every field on every implementation, and keys that know all implementations.

use apollo_compiler::Name;

use super::locate;
use crate::composition::codes;
use crate::composition::diagnostic::Diagnostics;
use crate::composition::merged::{Merged, MergedType};
use crate::composition::subgraph::{Kind, Subgraph, TypeDef};

/// Checks all interfaces.
pub(crate) fn check(subgraphs: &[Subgraph], merged: &Merged, diagnostics: &mut Diagnostics) {
    for interface in merged.types.values().filter(|ty| ty.kind == Kind::Interface) {
        let implementations: Vec<&MergedType> =
            merged.types.values().filter(|ty| ty.interfaces.contains_key(&interface.name)).collect();
        for implementation in &implementations {
            check_fields(subgraphs, diagnostics, (interface, implementation));
        }
        let objects: Vec<&Name> =
            implementations.iter().filter(|ty| ty.kind == Kind::Object).map(|ty| &ty.name).collect();
        for subgraph in subgraphs {
            if let Some(ty) = subgraph.types.get(&interface.name) {
                check_keys(subgraph, diagnostics, ty, &objects);
            }
        }
    }
}

fn check_fields(
    subgraphs: &[Subgraph],
    diagnostics: &mut Diagnostics,
    (interface, implementation): (&MergedType, &MergedType),
) {
    for field in interface.fields.keys() {
        if implementation.fields.contains_key(field) {
            continue;
        }
        let mut sites = locate::sites(subgraphs, &[&interface.name, field]);
        sites.extend(locate::sites(subgraphs, &[&implementation.name]));
        diagnostics.report(
            codes::INTERFACE_FIELD_NO_IMPLEM,
            format!(
                "`{}.{field}` is a field of an interface, and its implementation `{}` has it in no subgraph",
                interface.name, implementation.name
            ),
            sites,
        );
    }
}

/// Whoever resolves an interface by key has to be able to give any of its objects.
fn check_keys(subgraph: &Subgraph, diagnostics: &mut Diagnostics, interface: &TypeDef, objects: &[&Name]) {
    if interface.kind != Kind::Interface {
        return;
    }
    let Some(key) = interface.keys.iter().find(|key| key.resolvable) else {
        return;
    };
    let missing: Vec<String> = objects
        .iter()
        .filter(|object| {
            let known = subgraph.types.get(**object);
            !known.is_some_and(|known| known.interfaces.contains_key(&interface.name))
        })
        .map(|object| format!("`{object}`"))
        .collect();
    if missing.is_empty() {
        return;
    }
    diagnostics.report(
        codes::INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE,
        format!(
            "the interface `{}` has a key in \"{}\", which does not know its implementations {}, or not as such",
            interface.name,
            subgraph.name,
            missing.join(", ")
        ),
        [subgraph.site(key.fields.span.or(interface.span))],
    );
}
