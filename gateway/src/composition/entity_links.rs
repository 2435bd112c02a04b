//! Declared links: whose an entity is, and which other subgraphs may refer to it or add fields to it. Where links are given,
//! what is not declared is refused.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::Name;
use serde::Deserialize;

use super::codes;
use super::diagnostic::{Diagnostics, Site};
use super::subgraph::{FieldDef, Subgraph, TypeDef};

/// The links of every entity that more than one subgraph has, by the entity's name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct EntityLinks(pub BTreeMap<String, EntityLink>);

/// Whose an entity is, and who else may have it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntityLink {
    /// The subgraph that it belongs to.
    pub owner: String,
    /// The subgraphs that may refer to it: they have its keys and nothing else of it.
    #[serde(default)]
    pub referenced_by: BTreeSet<String>,
    /// The subgraphs that may resolve fields of it.
    #[serde(default)]
    pub extended_by: BTreeSet<String>,
}

/// A subgraph that has an entity.
type Holder<'a> = (&'a Subgraph, &'a TypeDef);

/// Refuses every reference and every extension that no link declares, and tells of links that nobody needs.
pub(crate) fn check(subgraphs: &[Subgraph], links: &EntityLinks, diagnostics: &mut Diagnostics) {
    let types = || subgraphs.iter().flat_map(|subgraph| subgraph.types.values());
    let entities: BTreeSet<&Name> = types().filter(|ty| !ty.keys.is_empty()).map(|ty| &ty.name).collect();
    for entity in &entities {
        let holders: Vec<Holder> =
            subgraphs.iter().filter_map(|subgraph| Some((subgraph, subgraph.types.get(*entity)?))).collect();
        match links.0.get(entity.as_str()) {
            Some(link) => check_entity(entity, &holders, link, diagnostics),
            None if holders.len() > 1 => report_ownerless(entity, &holders, diagnostics),
            None => {}
        }
    }
    for entity in links.0.keys().filter(|entity| !entities.iter().any(|known| known.as_str() == *entity)) {
        let message = format!("links of `{entity}` are declared, which is no entity");
        diagnostics.report(codes::UNUSED_LINK, message, []);
    }
}

fn check_entity(entity: &Name, holders: &[Holder], link: &EntityLink, diagnostics: &mut Diagnostics) {
    let Some(owner) = holders.iter().find(|(subgraph, _)| *subgraph.name == *link.owner) else {
        let message =
            format!("`{entity}` is declared to belong to \"{}\", which does not have it", link.owner);
        return diagnostics.report(codes::UNDECLARED_LINK, message, holders.iter().map(site));
    };
    for holder in holders.iter().filter(|(subgraph, _)| *subgraph.name != *link.owner) {
        let name = &*holder.0.name;
        let added: Vec<&FieldDef> = added(holder.1).collect();
        let extends = link.extended_by.contains(name);
        match added.first() {
            Some(first) if !extends => {
                let fields: Vec<String> = added.iter().map(|field| format!("`{}`", field.name)).collect();
                let does = format!("adds {} to", fields.join(", "));
                refuse(entity, (holder, &does), owner, holder.0.site(first.span), diagnostics);
            }
            None if !extends && !link.referenced_by.contains(name) => {
                refuse(entity, (holder, "refers to"), owner, site(holder), diagnostics);
            }
            _ => {}
        }
    }
    report_unused(entity, holders, link, diagnostics);
}

fn refuse(
    entity: &Name,
    (holder, does): (&Holder, &str),
    owner: &Holder,
    at: Site,
    diagnostics: &mut Diagnostics,
) {
    let (name, of) = (&holder.0.name, &owner.0.name);
    let message = format!("\"{name}\" {does} `{entity}` of \"{of}\", and no link declares that it may");
    diagnostics.report(codes::UNDECLARED_LINK, message, [at, site(owner)]);
}

fn report_ownerless(entity: &Name, holders: &[Holder], diagnostics: &mut Diagnostics) {
    let names: Vec<String> = holders.iter().map(|(subgraph, _)| format!("\"{}\"", subgraph.name)).collect();
    let message =
        format!("{} have the entity `{entity}`, and no link declares whose it is", names.join(", "));
    diagnostics.report(codes::UNDECLARED_LINK, message, holders.iter().map(site));
}

/// Least privilege: what nobody uses should not be allowed.
fn report_unused(entity: &Name, holders: &[Holder], link: &EntityLink, diagnostics: &mut Diagnostics) {
    let owner = holders.iter().filter(|(subgraph, _)| *subgraph.name == *link.owner).map(site);
    let uses = |name: &str, adds: bool| {
        let holder = holders.iter().find(|(subgraph, _)| *subgraph.name == *name);
        holder.is_some_and(|(_, ty)| !adds || added(ty).next().is_some())
    };
    let declared = (link.referenced_by.iter().map(|name| (name, false, "refer to")))
        .chain(link.extended_by.iter().map(|name| (name, true, "add fields to")));
    for (name, _, may) in declared.filter(|(name, adds, _)| !uses(name, *adds)) {
        let message = format!("\"{name}\" may {may} `{entity}` of \"{}\" and does not", link.owner);
        diagnostics.report(codes::UNUSED_LINK, message, owner.clone());
    }
}

/// The fields that a subgraph resolves itself, beyond the keys by which it names the entity.
fn added(ty: &TypeDef) -> impl Iterator<Item = &FieldDef> {
    let in_key =
        |field: &FieldDef| ty.keys.iter().any(|key| key.fields.top_fields().any(|name| *name == field.name));
    ty.fields.values().filter(move |field| !field.is_external() && !in_key(field))
}

fn site((subgraph, ty): &Holder) -> Site {
    subgraph.site(ty.span)
}
