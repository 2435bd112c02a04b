//! Interface objects: their fields come to every implementation of the interface, resolved through the interface.

use apollo_compiler::Name;

use super::{Merger, names_of_kind};
use crate::composition::codes;
use crate::composition::diagnostic::Site;
use crate::composition::merged::{JoinField, Merged};
use crate::composition::subgraph::Kind;

/// Adds the fields of interface objects to the implementations that do not have them, and checks how they are used.
pub(crate) fn add_fields(merger: &mut Merger, merged: &mut Merged) {
    for interface in names_of_kind(&merged.types, &[Kind::Interface]) {
        let definitions = merger.definitions(&interface);
        let implementations: Vec<Name> = merged
            .types
            .values()
            .filter(|ty| ty.kind == Kind::Object && ty.interfaces.contains_key(&interface))
            .map(|ty| ty.name.clone())
            .collect();
        let mut brought: Vec<Name> = Vec::new();
        for (graph, ty) in definitions.iter().filter(|(_, ty)| ty.is_interface_object) {
            check_no_implementation(merger, *graph, &interface, &implementations);
            for field in ty.fields.values() {
                if !field.is_external() && !brought.contains(&field.name) {
                    brought.push(field.name.clone());
                }
            }
        }
        add(merged, &interface, &implementations, &brought);
    }
}

fn add(merged: &mut Merged, interface: &Name, implementations: &[Name], brought: &[Name]) {
    let Some(interface) = merged.types.get(interface).cloned() else {
        return;
    };
    for implementation in implementations {
        let Some(ty) = merged.types.get_mut(implementation) else {
            continue;
        };
        for name in brought {
            if ty.fields.contains_key(name) {
                continue;
            }
            let Some(mut field) = interface.fields.get(name).cloned() else {
                continue;
            };
            field.joins = vec![JoinField::default()];
            ty.fields.insert(name.clone(), field);
        }
    }
}

fn check_no_implementation(merger: &mut Merger, graph: usize, interface: &Name, implementations: &[Name]) {
    let subgraph = &merger.subgraphs[graph];
    for implementation in implementations {
        let Some(ty) = subgraph.types.get(implementation) else {
            continue;
        };
        let declared = subgraph.types.get(interface).and_then(|ty| ty.span);
        let sites: Vec<Site> = vec![subgraph.site(ty.span), subgraph.site(declared)];
        merger.diagnostics.report(
            codes::INTERFACE_OBJECT_USAGE_ERROR,
            format!(
                "\"{}\" declares `{interface}` as an `@interfaceObject`, so it must not know its implementation `{implementation}`",
                subgraph.name
            ),
            sites,
        );
    }
}
