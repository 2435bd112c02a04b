//! A fetch to the GraphQL document that its subgraph receives, and the names that execution needs to fill and read it.

use std::collections::BTreeSet;

use apollo_compiler::Name;
use apollo_compiler::ast;

use super::query_plan::{Fetch, FetchStep};
use super::write::Writer;
use crate::operation::selection::Operation;

/// The document of one fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchDocument {
    /// The text, without needless white space.
    pub text: String,
    /// The client's variables that it uses, in the order in which the client declared them.
    pub variables: Vec<Name>,
    /// For each step of the fetch: how its `_entities` field is called; `None` for root steps.
    pub entities: Vec<Option<EntitiesNames>>,
}

/// What one `_entities` field of a document is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntitiesNames {
    /// Its key in the subgraph's answer.
    pub response_key: String,
    /// The variable that holds its representations.
    pub variable: String,
    /// The variables that objects above the entities fill in, in the order of the step.
    pub contexts: Vec<String>,
}

impl EntitiesNames {
    /// The names for another group of entities, which has other values from contexts; the first keeps the names.
    pub fn of_group(&self, group: usize) -> Self {
        let named = |name: &String| if group == 0 { name.clone() } else { format!("{name}__{group}") };
        Self {
            response_key: named(&self.response_key),
            variable: named(&self.variable),
            contexts: self.contexts.iter().map(named).collect(),
        }
    }
}

/// Prints the document of `fetch`, a fetch of a plan for `operation`.
pub fn fetch_document(operation: &Operation, fetch: &Fetch) -> FetchDocument {
    grouped_document(operation, fetch, &[])
}

/// The same where the entities of each step form so many groups by what contexts give; one, where `groups` says nothing.
pub fn grouped_document(operation: &Operation, fetch: &Fetch, groups: &[usize]) -> FetchDocument {
    let taken = operation.variables.iter().map(|v| v.name.as_str()).collect();
    let entities = entities_names(&fetch.steps, &taken);
    let mut body = Writer::dense();
    let mut declarations: Vec<String> = Vec::new();
    for (index, (step, names)) in fetch.steps.iter().zip(&entities).enumerate() {
        let groups = groups.get(index).copied().unwrap_or(1).max(1);
        for group in 0..groups {
            let names = names.as_ref().map(|names| names.of_group(group));
            declarations.extend(write_step(&mut body, step, names.as_ref()));
        }
    }
    let used: Vec<_> =
        operation.variables.iter().filter(|v| body.variables.contains(v.name.as_str())).collect();
    declarations.extend(used.iter().map(|v| declaration(v)));
    let declared = match declarations.is_empty() {
        true => String::new(),
        false => format!("({})", declarations.join(",")),
    };
    let text = format!("{}{declared}{{{}}}", fetch.kind.name(), body.text);
    FetchDocument { text, variables: used.iter().map(|v| v.name.clone()).collect(), entities }
}

/// Writes what a step asks; the variables that it needs besides the client's.
fn write_step(body: &mut Writer, step: &FetchStep, names: Option<&EntitiesNames>) -> Vec<String> {
    match (step, names) {
        (FetchStep::Entities { selection, contexts, .. }, Some(names)) => {
            let EntitiesNames { response_key, variable, contexts: called } = names;
            let alias = if response_key == "_entities" { "" } else { &format!("{response_key}:") };
            let head = format!("{alias}_entities(representations:${variable})");
            body.renamed = contexts
                .iter()
                .zip(called)
                .map(|(known, name)| (known.variable.clone(), name.clone()))
                .collect();
            body.block(&head, |body| body.selections(selection));
            body.renamed.clear();
            let filled = contexts.iter().zip(called).map(|(known, name)| format!("${name}:{}", known.ty));
            std::iter::once(format!("${variable}:[_Any!]!")).chain(filled).collect()
        }
        (FetchStep::Entities { selection, .. } | FetchStep::Root { selection, .. }, _) => {
            body.selections(selection);
            Vec::new()
        }
    }
}

/// One `_entities` field has the names that everybody uses; several are numbered by step.
fn entities_names(steps: &[FetchStep], taken: &BTreeSet<&str>) -> Vec<Option<EntitiesNames>> {
    let is_entities = |step: &FetchStep| matches!(step, FetchStep::Entities { .. });
    let alone = steps.iter().filter(|step| is_entities(step)).count() == 1;
    let names = |(index, step): (usize, &FetchStep)| {
        let FetchStep::Entities { contexts, .. } = step else { return None };
        let suffix = if alone { String::new() } else { format!("_{index}") };
        let mut variable = format!("representations{suffix}");
        // Names of groups begin with it.
        let prefix =
            |name: &str| taken.iter().any(|taken| *taken == name || taken.starts_with(&format!("{name}__")));
        while prefix(&variable) {
            variable.push('_');
        }
        let contexts = contexts.iter().map(|known| format!("{}{suffix}", known.variable)).collect();
        Some(EntitiesNames { response_key: format!("_entities{suffix}"), variable, contexts })
    };
    steps.iter().enumerate().map(names).collect()
}

fn declaration(variable: &ast::VariableDefinition) -> String {
    let mut text = format!("${}:{}", variable.name, variable.ty);
    if let Some(default) = &variable.default_value {
        text.push_str(&format!("={}", default.serialize().no_indent()));
    }
    text
}
