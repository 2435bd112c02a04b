//! Remarks on types that subgraphs know differently: entities only in some, value types with other fields, unions with other
//! members. All of it composes, and little of it is meant.

use apollo_compiler::{Name, Node};
use indexmap::IndexSet;

use super::{Merger, applied};
use crate::composition::codes::{self, Code};
use crate::composition::diagnostic::Site;
use crate::composition::merged::{GraphId, Merged};
use crate::composition::subgraph::{Kind, TypeDef, is_root};

type Definitions<'a> = [(GraphId, &'a TypeDef)];

/// Makes the remarks on all merged types.
pub(crate) fn remark(merger: &mut Merger, merged: &Merged) {
    for ty in merged.types.values() {
        let definitions = merger.definitions(&ty.name);
        match ty.kind {
            Kind::Object => {
                entity(merger, &ty.name, &definitions);
                value_type(merger, codes::INCONSISTENT_OBJECT_VALUE_TYPE_FIELD, &definitions);
            }
            Kind::Interface => {
                value_type(merger, codes::INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD, &definitions);
            }
            Kind::Union => {
                let members = |ty: &TypeDef| ty.members.keys().cloned().collect::<Vec<Name>>();
                let what = (codes::INCONSISTENT_UNION_MEMBER, "no member of it");
                differing(merger, what, &definitions, &members);
            }
            Kind::Scalar | Kind::Enum | Kind::Input => {}
        }
    }
}

/// The description of the supergraph: that of the schemas.
pub(crate) fn description(merger: &mut Merger) -> Option<Node<str>> {
    let elements: Vec<applied::Source> = merger
        .subgraphs
        .iter()
        .enumerate()
        .map(|(graph, subgraph)| applied::Source {
            graph,
            span: subgraph.description.as_ref().and_then(Node::location),
            description: subgraph.description.as_ref(),
            directives: &[],
            members: 0,
        })
        .collect();
    applied::description(merger, "schema", &elements)
}

fn entity(merger: &mut Merger, name: &Name, definitions: &Definitions) {
    let (with, without): (Vec<_>, Vec<_>) = definitions.iter().partition(|(_, ty)| !ty.keys.is_empty());
    if with.is_empty() || without.is_empty() {
        return;
    }
    let message = format!(
        "`{name}` is an entity in {} and has no key in {}",
        names(merger, &with),
        names(merger, &without)
    );
    let sites: Vec<Site> = without.iter().chain(&with).map(|found| site(merger, found)).collect();
    merger.diagnostics.report(codes::INCONSISTENT_ENTITY, message, sites);
}

fn value_type(merger: &mut Merger, code: Code, definitions: &Definitions) {
    // Each subgraph has root fields of its own.
    if definitions.iter().all(|(_, ty)| ty.keys.is_empty() && !is_root(&ty.name)) {
        let fields = |ty: &TypeDef| ty.fields.keys().cloned().collect::<Vec<Name>>();
        differing(merger, (code, "missing"), definitions, &fields);
    }
}

/// Remarks on each member that some of the subgraphs do not have.
fn differing(
    merger: &mut Merger,
    (code, what): (Code, &str),
    definitions: &Definitions,
    members: &dyn Fn(&TypeDef) -> Vec<Name>,
) {
    let all: IndexSet<Name> = definitions.iter().flat_map(|(_, ty)| members(ty)).collect();
    for member in &all {
        let (with, without): (Vec<_>, Vec<_>) =
            definitions.iter().partition(|(_, ty)| members(ty).contains(member));
        let (Some((_, ty)), false) = (with.first(), without.is_empty()) else { continue };
        let separator = if ty.kind == Kind::Union { " = " } else { "." };
        let message = format!("`{}{separator}{member}` is {what} in {}", ty.name, names(merger, &without));
        let declared = with.iter().map(|(graph, ty)| {
            let field = ty.fields.get(member).and_then(|field| field.span);
            merger.site(*graph, field.or(ty.members.get(member).copied().flatten()).or(ty.span))
        });
        let sites: Vec<Site> = declared.chain(without.iter().map(|found| site(merger, found))).collect();
        merger.diagnostics.report(code, message, sites);
    }
}

fn site(merger: &Merger, (graph, ty): &(GraphId, &TypeDef)) -> Site {
    merger.site(*graph, ty.span)
}

fn names(merger: &Merger, definitions: &Definitions) -> String {
    let names: Vec<String> =
        definitions.iter().map(|(graph, _)| format!("\"{}\"", merger.subgraphs[*graph].name)).collect();
    names.join(", ")
}
