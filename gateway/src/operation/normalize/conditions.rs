//! What of `@skip`, `@include` and `@defer` is decided before planning. An answer in parts is planned for the values that
//! its Boolean variables have, so that it is clear what belongs to which part.

use std::collections::BTreeMap;

use apollo_compiler::Name;
use apollo_compiler::ast::{self, OperationType};
use apollo_compiler::executable::{DirectiveList, Operation};
use rustc_hash::FxHashMap;

/// Whether `@defer` is heeded.
#[derive(Clone, Copy, Debug)]
pub enum Deferring<'a> {
    /// The answer comes whole.
    Off,
    /// Fragments are deferred. The operation is normalized for these values of its Boolean variables and no others; `None`
    /// is a variable with a value that is none.
    On(&'a BTreeMap<String, Option<bool>>),
}

/// What is known of an operation's Boolean variables.
pub(super) struct Conditions(Option<FxHashMap<Name, bool>>);

/// A fragment that is deferred.
pub(super) struct Deferred {
    pub label: Option<String>,
    /// Names the directive in the document.
    pub place: usize,
}

impl Conditions {
    /// Subscriptions are never answered in parts.
    pub fn of(operation: &Operation, deferring: Deferring<'_>) -> Self {
        let Deferring::On(values) = deferring else { return Self(None) };
        if operation.operation_type == OperationType::Subscription {
            return Self(None);
        }
        let value = |variable: &ast::VariableDefinition| match values.get(variable.name.as_str()) {
            Some(value) => *value,
            None => variable.default_value.as_ref().and_then(|value| value.to_bool()),
        };
        let known = operation.variables.iter().filter_map(|v| Some((v.name.clone(), value(v)?)));
        Self(Some(known.collect()))
    }

    /// The value of a variable, if it is decided; one that has none does not hold.
    pub fn value(&self, variable: &Name) -> Option<bool> {
        self.0.as_ref().map(|known| known.get(variable).copied().unwrap_or(false))
    }

    /// The `@defer` of a fragment, if it is to be deferred: unless `if` is false.
    pub fn defers(&self, directives: &DirectiveList) -> Option<Deferred> {
        let known = self.0.as_ref()?;
        let directive = directives.get("defer")?;
        let active = match directive.specified_argument_by_name("if").map(|value| value.as_ref()) {
            Some(ast::Value::Boolean(value)) => *value,
            Some(ast::Value::Variable(variable)) => known.get(variable).copied().unwrap_or(true),
            _ => true,
        };
        let label = directive.specified_argument_by_name("label").and_then(|label| label.as_str());
        let place = std::ptr::from_ref::<ast::Directive>(directive) as usize;
        active.then(|| Deferred { label: label.map(str::to_owned), place })
    }
}
