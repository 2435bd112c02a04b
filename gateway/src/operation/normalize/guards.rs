//! `@skip` and `@include` as guards.

use apollo_compiler::ast;
use apollo_compiler::executable::DirectiveList;

use crate::operation::selection::{Condition, Guard};

/// A conjunction of conditions, sorted and without duplicates; empty is *always*.
pub(super) type Conjunction = Vec<Condition>;

/// `outer` and the conditions of a selection's directives; `None` when they can never hold.
pub(super) fn narrow(outer: &Conjunction, directives: &DirectiveList) -> Option<Conjunction> {
    let mut all = outer.clone();
    for directive in directives.iter() {
        let wanted = match directive.name.as_str() {
            "include" => true,
            "skip" => false,
            _ => continue,
        };
        match directive.specified_argument_by_name("if").map(|value| value.as_ref()) {
            Some(ast::Value::Boolean(value)) if *value != wanted => return None,
            Some(ast::Value::Variable(variable)) => {
                all.push(Condition { variable: variable.clone(), value: wanted });
            }
            _ => {}
        }
    }
    all.sort();
    all.dedup();
    let contradicts = all.windows(2).any(|pair| pair[0].variable == pair[1].variable);
    (!contradicts).then_some(all)
}

/// Any of the conjunctions, absorbed (`a or a and b` is `a`; `a or not a` is always).
pub(super) fn any(conjunctions: Vec<Conjunction>) -> Guard {
    let mut kept: Vec<Conjunction> = Vec::new();
    for candidate in conjunctions {
        if kept.iter().any(|known| is_part(known, &candidate)) {
            continue;
        }
        kept.retain(|known| !is_part(&candidate, known));
        kept.push(candidate);
    }
    let always = kept.iter().any(Vec::is_empty)
        || kept.iter().any(|one| match one.as_slice() {
            [only] => kept.contains(&vec![Condition { variable: only.variable.clone(), value: !only.value }]),
            _ => false,
        });
    if always {
        return Guard::default();
    }
    kept.sort();
    Guard { any_of: kept }
}

fn is_part(small: &Conjunction, large: &Conjunction) -> bool {
    small.iter().all(|condition| large.contains(condition))
}
