//! `@skip` and `@include` as guards.

use apollo_compiler::ast;
use apollo_compiler::executable::DirectiveList;

use super::conditions::Conditions;
use crate::operation::selection::Condition;

/// A conjunction of conditions, sorted and without duplicates; empty is *always*.
pub(super) type Conjunction = Vec<Condition>;

/// `outer` and the conditions of a selection's directives; `None` when they can never hold.
pub(super) fn narrow(
    outer: &Conjunction,
    directives: &DirectiveList,
    conditions: &Conditions,
) -> Option<Conjunction> {
    let mut all = outer.clone();
    for directive in directives.iter() {
        let wanted = match directive.name.as_str() {
            "include" => true,
            "skip" => false,
            _ => continue,
        };
        match directive.specified_argument_by_name("if").map(|value| value.as_ref()) {
            Some(ast::Value::Boolean(value)) if *value != wanted => return None,
            Some(ast::Value::Variable(variable)) => match conditions.value(variable) {
                Some(value) if value != wanted => return None,
                Some(_) => {}
                None => all.push(Condition { variable: variable.clone(), value: wanted }),
            },
            _ => {}
        }
    }
    all.sort();
    all.dedup();
    let contradicts = all.windows(2).any(|pair| pair[0].variable == pair[1].variable);
    (!contradicts).then_some(all)
}
