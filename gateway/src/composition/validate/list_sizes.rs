//! `@listSize` has to name things that exist and are lists or numbers.

use apollo_compiler::Node;
use apollo_compiler::ast::{Directive, Type};

use crate::composition::codes::{self, Code};
use crate::composition::diagnostic::Diagnostics;
use crate::composition::subgraph::{FieldDef, Subgraph};

/// Checks all list sizes of a subgraph.
pub(crate) fn check(subgraph: &Subgraph, diagnostics: &mut Diagnostics) {
    for ty in subgraph.types.values() {
        for field in ty.fields.values() {
            for directive in field.directives.iter().filter(|d| d.name == "listSize") {
                let coordinate = format!("{}.{}", ty.name, field.name);
                for (code, what) in problems(subgraph, field, directive) {
                    let site = subgraph.site(directive.location());
                    let message = format!("`@listSize` on `{coordinate}`: {what}");
                    diagnostics.report(code, message, [site]);
                }
            }
        }
    }
}

fn problems(subgraph: &Subgraph, field: &FieldDef, directive: &Node<Directive>) -> Vec<(Code, String)> {
    let mut found = Vec::new();
    let sized = names(directive, "sizedFields");
    if sized.is_empty() && !field.ty.is_list() {
        let what = format!("`{}` is not a list", field.ty);
        found.push((codes::LIST_SIZE_APPLIED_TO_NON_LIST, what));
    }
    let assumed = directive.specified_argument_by_name("assumedSize").and_then(|value| value.to_i32());
    if let Some(size) = assumed.filter(|size| *size < 0) {
        let what = format!("the assumed size {size} is negative");
        found.push((codes::LIST_SIZE_INVALID_ASSUMED_SIZE, what));
    }
    for name in names(directive, "slicingArguments") {
        let is_integer = field.arguments.get(name.as_str()).is_some_and(
            |argument| matches!(&argument.ty, Type::Named(n) | Type::NonNullNamed(n) if n == "Int"),
        );
        if !is_integer {
            let what = format!("there is no integer argument `{name}`");
            found.push((codes::LIST_SIZE_INVALID_SLICING_ARGUMENT, what));
        }
    }
    let returned = subgraph.types.get(field.ty.inner_named_type());
    for name in sized {
        let field = returned.and_then(|ty| ty.fields.get(name.as_str()));
        match field {
            Some(field) if field.ty.is_list() => {}
            Some(field) => found.push((
                codes::LIST_SIZE_APPLIED_TO_NON_LIST,
                format!("the sized field `{name}` of type `{}` is not a list", field.ty),
            )),
            None => found.push((
                codes::LIST_SIZE_INVALID_SIZED_FIELD,
                format!("the returned type has no field `{name}`"),
            )),
        }
    }
    found
}

fn names(directive: &Node<Directive>, argument: &str) -> Vec<String> {
    let list =
        directive.specified_argument_by_name(argument).and_then(|value| value.as_list()).unwrap_or_default();
    list.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}
