//! `@skip` and `@include` as guards.

use apollo_compiler::ast;
use apollo_compiler::executable::DirectiveList;

use super::conditions::Conditions;
use crate::operation::selection::Condition;

/// A conjunction of conditions, sorted and without duplicates; empty is *always*.
pub(super) type Conjunction = Vec<Condition>;

/// `outer` and the conditions of a selection's directives, without those that hold `around` it anyway; `None` when they can
/// never hold there.
pub(super) fn narrow(
    (around, outer): (&Conjunction, &Conjunction),
    directives: &DirectiveList,
    conditions: &Conditions,
) -> Option<Conjunction> {
    let mut own = Conjunction::new();
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
                None => own.push(Condition { variable: variable.clone(), value: wanted }),
            },
            _ => {}
        }
    }
    let mut all = both(outer, &own);
    let contradicts = both(around, &all).windows(2).any(|pair| pair[0].variable == pair[1].variable);
    all.retain(|condition| !around.contains(condition));
    (!contradicts).then_some(all)
}

/// What holds when both do.
pub(super) fn both(one: &Conjunction, two: &Conjunction) -> Conjunction {
    let mut all: Conjunction = one.iter().chain(two).cloned().collect();
    all.sort();
    all.dedup();
    all
}
