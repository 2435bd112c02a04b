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
}

/// Prints the document of `fetch`, a fetch of a plan for `operation`.
pub fn fetch_document(operation: &Operation, fetch: &Fetch) -> FetchDocument {
    let taken = operation.variables.iter().map(|v| v.name.as_str()).collect();
    let entities = entities_names(&fetch.steps, &taken);
    let mut body = Writer::dense();
    for (step, names) in fetch.steps.iter().zip(&entities) {
        write_step(&mut body, step, names.as_ref());
    }
    let used: Vec<_> =
        operation.variables.iter().filter(|v| body.variables.contains(v.name.as_str())).collect();
    let mut declarations: Vec<String> =
        entities.iter().flatten().map(|e| format!("${}:[_Any!]!", e.variable)).collect();
    declarations.extend(used.iter().map(|v| declaration(v)));
    let declared = match declarations.is_empty() {
        true => String::new(),
        false => format!("({})", declarations.join(",")),
    };
    let text = format!("{}{declared}{{{}}}", fetch.kind.name(), body.text);
    FetchDocument { text, variables: used.iter().map(|v| v.name.clone()).collect(), entities }
}

fn write_step(body: &mut Writer, step: &FetchStep, names: Option<&EntitiesNames>) {
    match (step, names) {
        (FetchStep::Entities { selection, .. }, Some(EntitiesNames { response_key, variable })) => {
            let alias = if response_key == "_entities" { "" } else { &format!("{response_key}:") };
            let head = format!("{alias}_entities(representations:${variable})");
            body.block(&head, |body| body.selections(selection));
        }
        (FetchStep::Entities { selection, .. } | FetchStep::Root { selection, .. }, _) => {
            body.selections(selection);
        }
    }
}

/// One `_entities` field has the names that everybody uses; several are numbered by step.
fn entities_names(steps: &[FetchStep], taken: &BTreeSet<&str>) -> Vec<Option<EntitiesNames>> {
    let is_entities = |step: &FetchStep| matches!(step, FetchStep::Entities { .. });
    let alone = steps.iter().filter(|step| is_entities(step)).count() == 1;
    let names = |(index, step): (usize, &FetchStep)| {
        let suffix = if alone { String::new() } else { format!("_{index}") };
        let mut variable = format!("representations{suffix}");
        while taken.contains(variable.as_str()) {
            variable.push('_');
        }
        is_entities(step).then(|| EntitiesNames { response_key: format!("_entities{suffix}"), variable })
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
