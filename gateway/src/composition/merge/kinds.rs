//! The kind of each type; subgraphs have to agree, interface objects aside.

use std::collections::BTreeMap;

use apollo_compiler::Name;

use super::Merger;
use crate::composition::codes;
use crate::composition::subgraph::Kind;

/// Every type that can be merged, with its kind.
pub(crate) fn decide(merger: &mut Merger) -> BTreeMap<Name, Kind> {
    let mut kinds = BTreeMap::new();
    let names: Vec<Name> =
        merger.subgraphs.iter().flat_map(|subgraph| subgraph.types.keys().cloned()).collect();
    for name in names {
        if kinds.contains_key(&name) {
            continue;
        }
        check_base(merger, &name);
        if let Some(kind) = kind_of(merger, &name) {
            kinds.insert(name, kind);
        }
    }
    kinds
}

fn kind_of(merger: &mut Merger, name: &Name) -> Option<Kind> {
    let definitions = merger.definitions(name);
    let sites = |interface_objects: bool| -> Vec<_> {
        definitions
            .iter()
            .filter(|(_, ty)| !interface_objects || ty.is_interface_object)
            .map(|(graph, ty)| merger.site(*graph, ty.span))
            .collect()
    };
    if definitions.iter().all(|(_, ty)| ty.is_interface_object) {
        let sites = sites(true);
        merger.diagnostics.report(
            codes::INTERFACE_OBJECT_USAGE_ERROR,
            format!("`{name}` is an `@interfaceObject` in every subgraph that declares it, and an interface in none"),
            sites,
        );
        return None;
    }
    let mut found: Vec<Kind> = definitions
        .iter()
        .map(|(_, ty)| if ty.is_interface_object { Kind::Interface } else { ty.kind })
        .collect();
    found.sort_unstable();
    found.dedup();
    if let [kind] = found.as_slice() {
        return Some(*kind);
    }
    let told: Vec<String> = definitions
        .iter()
        .map(|(graph, ty)| {
            let kind = if ty.is_interface_object { "interface object" } else { ty.kind.describe() };
            format!("{kind} in \"{}\"", merger.subgraphs[*graph].name)
        })
        .collect();
    let sites = sites(false);
    merger.diagnostics.report(
        codes::TYPE_KIND_MISMATCH,
        format!("`{name}` has different kinds: {}", told.join(", ")),
        sites,
    );
    None
}

/// An `extend` needs a definition in some subgraph.
fn check_base(merger: &mut Merger, name: &Name) {
    let definitions = merger.definitions(name);
    if crate::composition::subgraph::is_root(name) || definitions.iter().any(|(_, ty)| !ty.is_extension) {
        return;
    }
    let sites: Vec<_> = definitions.iter().map(|(graph, ty)| merger.site(*graph, ty.span)).collect();
    merger.diagnostics.report(
        codes::EXTENSION_WITH_NO_BASE,
        format!("`{name}` is extended and no subgraph defines it"),
        sites,
    );
}
