//! Contracts: a public schema of part of the supergraph, chosen by `@tag`. What a contract leaves out becomes `@inaccessible`,
//! so that the public schema, its validation and planning follow from what is there already, and keys still work.
//!
//! `select` decides by tags, `consequences` by what is then left of each type, `reach` by what queries can still come to.

mod consequences;
mod reach;
mod select;
mod tags;

use std::collections::BTreeSet;

use apollo_compiler::ast::Directive;
use apollo_compiler::{Name, Node};

use super::codes;
use super::diagnostic::{Diagnostics, Site};
use super::merged::{Merged, MergedInput};
use super::subgraph::{Subgraph, has_directive};

/// What a public schema is to hold, by the names of tags. It names at least one tag or hides what is unreachable, and no tag is
/// on both sides.
///
/// With tags to include, it holds the fields and unions that have one of them; without, everything. What has a tag to
/// exclude it never holds. A tag of an object type or interface is one of all its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    include: BTreeSet<String>,
    exclude: BTreeSet<String>,
    hide_unreachable_types: bool,
}

/// Why tags make no contract.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContractError {
    /// It would change nothing.
    #[error("a contract needs a tag to include or to exclude, or to hide unreachable types")]
    Empty,
    /// A tag cannot be looked for.
    #[error("a tag has a name of at least one character")]
    NamelessTag,
    /// One tag with two meanings.
    #[error("the tag \"{0}\" is both included and excluded; leave one out")]
    OnBothSides(String),
}

impl Contract {
    /// A contract of these tags.
    ///
    /// # Errors
    /// When the tags contradict each other or say nothing.
    pub fn new(
        include: impl IntoIterator<Item = String>,
        exclude: impl IntoIterator<Item = String>,
        hide_unreachable_types: bool,
    ) -> Result<Self, ContractError> {
        let include: BTreeSet<String> = include.into_iter().collect();
        let exclude: BTreeSet<String> = exclude.into_iter().collect();
        if include.is_empty() && exclude.is_empty() && !hide_unreachable_types {
            return Err(ContractError::Empty);
        }
        if include.contains("") || exclude.contains("") {
            return Err(ContractError::NamelessTag);
        }
        match include.intersection(&exclude).next() {
            Some(both) => Err(ContractError::OnBothSides(both.clone())),
            None => Ok(Self { include, exclude, hide_unreachable_types }),
        }
    }
}

/// What clients do not see: types, `Type.member`, and arguments of fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Hidden {
    types: BTreeSet<Name>,
    members: BTreeSet<(Name, Name)>,
    arguments: BTreeSet<(Name, Name, Name)>,
}

impl Hidden {
    fn has_type(&self, name: &Name) -> bool {
        self.types.contains(name)
    }

    fn has_member(&self, ty: &Name, member: &Name) -> bool {
        self.members.contains(&(ty.clone(), member.clone()))
    }
}

/// Makes everything inaccessible that a contract leaves out.
pub(crate) fn apply(
    subgraphs: &[Subgraph],
    contract: &Contract,
    merged: &mut Merged,
    diagnostics: &mut Diagnostics,
) {
    report_unknown_tags(contract, merged, diagnostics);
    let mut hidden = select::select(contract, merged);
    consequences::follow(merged, &mut hidden);
    if is_without_queries(merged, &hidden) {
        let queries = subgraphs.iter().filter_map(|subgraph| {
            let query = subgraph.types.get("Query").filter(|query| !query.fields.is_empty())?;
            Some(subgraph.site(query.span))
        });
        let queries: Vec<Site> = queries.collect();
        diagnostics.report(
            codes::CONTRACT_WITHOUT_QUERIES,
            "the contract leaves no field of `Query`, so that nothing could be asked for",
            queries,
        );
        return;
    }
    if contract.hide_unreachable_types {
        reach::hide_unreachable(contract, merged, &mut hidden);
    }
    mark(merged, &hidden);
}

/// A tag that nothing has is most likely misspelt.
fn report_unknown_tags(contract: &Contract, merged: &Merged, diagnostics: &mut Diagnostics) {
    let known = tags::all(merged);
    for tag in contract.include.iter().chain(&contract.exclude).filter(|tag| !known.contains(tag.as_str())) {
        let message = format!("the contract names the tag \"{tag}\", which nothing has");
        diagnostics.report(codes::CONTRACT_TAG_UNUSED, message, []);
    }
}

fn is_without_queries(merged: &Merged, hidden: &Hidden) -> bool {
    let query = merged.types.get("Query");
    query.is_none_or(|query| {
        hidden.has_type(&query.name) || query.fields.keys().all(|field| hidden.has_member(&query.name, field))
    })
}

/// Writes `@inaccessible` on what is hidden. Of a hidden type nothing is seen, so that its members need no mark.
fn mark(merged: &mut Merged, hidden: &Hidden) {
    for ty in merged.types.values_mut() {
        let name = ty.name.clone();
        if hidden.has_type(&name) {
            hide(&mut ty.directives);
            continue;
        }
        for field in ty.fields.values_mut() {
            if hidden.has_member(&name, &field.name) {
                hide(&mut field.directives);
            }
            let is_hidden = |argument: &MergedInput| {
                hidden.arguments.contains(&(name.clone(), field.name.clone(), argument.name.clone()))
            };
            for argument in field.arguments.values_mut().filter(|argument| is_hidden(argument)) {
                hide(&mut argument.directives);
            }
        }
        for input in ty.inputs.values_mut().filter(|input| hidden.has_member(&name, &input.name)) {
            hide(&mut input.directives);
        }
        for value in ty.values.values_mut().filter(|value| hidden.has_member(&name, &value.name)) {
            hide(&mut value.directives);
        }
    }
}

/// Directives stand in the order of their names.
fn hide(directives: &mut Vec<Node<Directive>>) {
    if !has_directive(directives, "inaccessible") {
        let name = apollo_compiler::name!("inaccessible");
        directives.push(Node::new(Directive { name, arguments: Vec::new() }));
        directives.sort_by(|a, b| a.name.cmp(&b.name));
    }
}
