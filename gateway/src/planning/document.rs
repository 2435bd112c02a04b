//! The GraphQL document of a fetch.

use std::collections::BTreeSet;
use std::fmt::Write;

use apollo_compiler::Name;
use apollo_compiler::ast;

use super::query_plan::{Fetch, FetchField, FetchStep, QueryPlan, Selection};
use super::write::Writer;
use crate::operation::selection::OperationType;

/// A fetch as a request: its text, and what has to be sent with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchDocument {
    /// The document, with one anonymous operation.
    pub text: String,
    /// The client's variables that it uses, in the order of their declaration.
    pub variables: Vec<Name>,
    /// By step of the fetch: the variable of its representations and the response key of its entities. `None` for root
    /// steps.
    pub entities: Vec<Option<EntityNames>>,
}

/// Names of an entity step in the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityNames {
    /// The variable that holds the representations.
    pub variable: String,
    /// The response key of `_entities`.
    pub response_key: String,
}

/// Prints the document of a fetch of a plan.
pub fn fetch_document(plan: &QueryPlan, fetch: &Fetch) -> FetchDocument {
    let mut used = BTreeSet::new();
    for step in &fetch.steps {
        let (FetchStep::Root { selection, .. } | FetchStep::Entities { selection, .. }) = step;
        collect_variables(selection, &mut used);
    }
    let declared: Vec<_> =
        plan.operation.variables.iter().filter(|variable| used.contains(&variable.name)).collect();
    let entities = entity_names(plan, fetch);
    let mut declarations: Vec<String> = declared
        .iter()
        .map(|variable| match &variable.default_value {
            Some(default) => {
                format!("${}: {} = {}", variable.name, variable.ty, default.serialize().no_indent())
            }
            None => format!("${}: {}", variable.name, variable.ty),
        })
        .collect();
    declarations.extend(entities.iter().flatten().map(|names| format!("${}: [_Any!]!", names.variable)));
    let mut head = match fetch.kind {
        OperationType::Query if declarations.is_empty() => String::new(),
        kind => kind.name().to_owned(),
    };
    if !declarations.is_empty() {
        // Writing to a string does not fail.
        let _ = write!(head, "({})", declarations.join(", "));
    }
    let mut writer = Writer::compact();
    writer.block(&head, |w| body(w, fetch, &entities));
    let variables = declared.iter().map(|variable| variable.name.clone()).collect();
    FetchDocument { text: writer.text, variables, entities }
}

fn body(writer: &mut Writer, fetch: &Fetch, entities: &[Option<EntityNames>]) {
    for (step, names) in fetch.steps.iter().zip(entities) {
        match (step, names) {
            (FetchStep::Entities { selection, .. }, Some(names)) => {
                let alias = match names.response_key.as_str() {
                    "_entities" => String::new(),
                    key => format!("{key}: "),
                };
                let head = format!("{alias}_entities(representations: ${})", names.variable);
                writer.block(&head, |w| w.selections(selection));
            }
            (FetchStep::Root { selection, .. } | FetchStep::Entities { selection, .. }, _) => {
                writer.selections(selection);
            }
        }
    }
}

fn entity_names(plan: &QueryPlan, fetch: &Fetch) -> Vec<Option<EntityNames>> {
    let several = fetch.steps.iter().filter(|step| matches!(step, FetchStep::Entities { .. })).count() > 1;
    let taken = |name: &str| plan.operation.variables.iter().any(|variable| variable.name == name);
    let names = |index: usize| {
        let (mut variable, response_key) = match several {
            false => ("representations".to_owned(), "_entities".to_owned()),
            true => (format!("representations_{index}"), format!("_entities_{index}")),
        };
        while taken(&variable) {
            variable.insert(0, '_');
        }
        EntityNames { variable, response_key }
    };
    let steps = fetch.steps.iter().enumerate();
    steps.map(|(index, step)| matches!(step, FetchStep::Entities { .. }).then(|| names(index))).collect()
}

fn collect_variables(selections: &[Selection], into: &mut BTreeSet<Name>) {
    for selection in selections {
        match selection {
            Selection::Field(field) => of_field(field, into),
            Selection::InlineFragment { selections, .. } => collect_variables(selections, into),
        }
    }
}

fn of_field(field: &FetchField, into: &mut BTreeSet<Name>) {
    for (_, value) in &field.arguments {
        of_value(value, into);
    }
    into.extend(field.guard.any_of.iter().flatten().map(|condition| condition.variable.clone()));
    collect_variables(&field.selections, into);
}

fn of_value(value: &ast::Value, into: &mut BTreeSet<Name>) {
    match value {
        ast::Value::Variable(name) => drop(into.insert(name.clone())),
        ast::Value::List(items) => items.iter().for_each(|item| of_value(item, into)),
        ast::Value::Object(fields) => fields.iter().for_each(|(_, value)| of_value(value, into)),
        _ => {}
    }
}
