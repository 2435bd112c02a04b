//! A fetch to the GraphQL document that its subgraph receives, and the names that execution needs to fill and read it.

use std::collections::BTreeSet;

use apollo_compiler::Name;
use apollo_compiler::ast;

use super::query_plan::{Fetch, FetchField, FetchStep, Selection};
use crate::operation::selection::{Condition, Guard, Operation, OperationType};

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
    let mut printer = Printer::default();
    for (step, names) in fetch.steps.iter().zip(&entities) {
        printer.step(step, names.as_ref());
    }
    let used: Vec<_> =
        operation.variables.iter().filter(|v| printer.variables.contains(v.name.as_str())).collect();
    let mut text = String::from(match fetch.kind {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    });
    let mut declarations: Vec<String> =
        entities.iter().flatten().map(|e| format!("${}:[_Any!]!", e.variable)).collect();
    declarations.extend(used.iter().map(|v| declaration(v)));
    if !declarations.is_empty() {
        text.push_str(&format!("({})", declarations.join(",")));
    }
    text.push_str(&format!("{{{}}}", printer.text.trim_end()));
    FetchDocument { text, variables: used.iter().map(|v| v.name.clone()).collect(), entities }
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

#[derive(Default)]
struct Printer {
    text: String,
    variables: BTreeSet<String>,
}

impl Printer {
    fn step(&mut self, step: &FetchStep, names: Option<&EntitiesNames>) {
        match (step, names) {
            (FetchStep::Entities { selection, .. }, Some(EntitiesNames { response_key, variable })) => {
                if response_key != "_entities" {
                    self.text.push_str(&format!("{response_key}:"));
                }
                self.text.push_str(&format!("_entities(representations:${variable})"));
                self.braced(selection);
            }
            (FetchStep::Entities { selection, .. } | FetchStep::Root { selection, .. }, _) => {
                self.selections(selection);
            }
        }
    }

    fn braced(&mut self, selections: &[Selection]) {
        self.text.push('{');
        self.selections(selections);
        self.text.truncate(self.text.trim_end().len());
        self.text.push('}');
    }

    fn selections(&mut self, selections: &[Selection]) {
        for selection in selections {
            match selection {
                Selection::Field(field) => self.guarded_field(field),
                Selection::InlineFragment { type_condition, selections } => {
                    self.text.push_str(&format!("...on {type_condition}"));
                    self.braced(selections);
                }
            }
        }
    }

    /// A disjunction is printed as the field repeated, once for each conjunction: the repetitions merge.
    fn guarded_field(&mut self, field: &FetchField) {
        let Guard { any_of } = &field.guard;
        if any_of.is_empty() {
            return self.field(field, &[]);
        }
        for conditions in any_of {
            self.variables.extend(conditions.iter().map(|c| c.variable.to_string()));
            self.field_under(field, conditions);
        }
    }

    /// At most one `@include` and one `@skip` stand at one place; what is left is nested.
    fn field_under(&mut self, field: &FetchField, conditions: &[Condition]) {
        let (here, outer) = split_conditions(conditions);
        if outer.is_empty() {
            return self.field(field, &here);
        }
        self.text.push_str("...");
        self.directives(&here);
        self.text.push('{');
        self.field_under(field, &outer);
        self.text.truncate(self.text.trim_end().len());
        self.text.push('}');
    }

    fn field(&mut self, field: &FetchField, conditions: &[Condition]) {
        if field.response_key != field.name {
            self.text.push_str(&format!("{}:", field.response_key));
        }
        self.text.push_str(&field.name);
        if !field.arguments.is_empty() {
            let arguments: Vec<String> = field
                .arguments
                .iter()
                .map(|(name, value)| format!("{name}:{}", value.serialize().no_indent()))
                .collect();
            self.text.push_str(&format!("({})", arguments.join(",")));
            for (_, value) in &field.arguments {
                self.note_variables(value);
            }
        }
        self.directives(conditions);
        if field.selections.is_empty() {
            self.text.push(' ');
        } else {
            self.braced(&field.selections);
        }
    }

    fn directives(&mut self, conditions: &[Condition]) {
        for Condition { variable, value } in conditions {
            let directive = if *value { "include" } else { "skip" };
            self.text.push_str(&format!("@{directive}(if:${variable})"));
        }
    }

    fn note_variables(&mut self, value: &ast::Value) {
        match value {
            ast::Value::Variable(name) => {
                self.variables.insert(name.to_string());
            }
            ast::Value::List(items) => items.iter().for_each(|item| self.note_variables(item)),
            ast::Value::Object(fields) => fields.iter().for_each(|(_, value)| self.note_variables(value)),
            _ => {}
        }
    }
}

/// The first condition of either kind, and the rest.
fn split_conditions(conditions: &[Condition]) -> (Vec<Condition>, Vec<Condition>) {
    let (mut here, mut rest) = (Vec::<Condition>::new(), Vec::new());
    for condition in conditions {
        if here.iter().any(|c| c.value == condition.value) {
            rest.push(condition.clone());
        } else {
            here.push(condition.clone());
        }
    }
    (here, rest)
}
