//! A subgraph may write down the definitions of federation's directives, as the specification has them or narrower.

use apollo_compiler::Node;
use apollo_compiler::ast::{Definition, DirectiveDefinition, Document, InputValueDefinition, Type};

use super::links::Links;

/// What a definition says that the specification does not.
pub(super) fn problems(written: &DirectiveDefinition, links: &Links) -> Vec<String> {
    let Some(specified) = specified(written, links) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for argument in &written.arguments {
        if specified.argument_by_name(&argument.name).is_none() {
            found.push(format!("has an argument `{}` that the specification does not know", argument.name));
        }
    }
    for argument in &specified.arguments {
        found.extend(argument_problem(written, argument));
    }
    if written.repeatable && !specified.repeatable {
        found.push("is repeatable, which the specification's is not".to_owned());
    }
    if let Some(location) = written.locations.iter().find(|place| !specified.locations.contains(place)) {
        found.push(format!("allows {}, which the specification does not", location.name()));
    }
    found
}

fn specified(written: &DirectiveDefinition, links: &Links) -> Option<Node<DirectiveDefinition>> {
    let definition = links.known(&written.name)?.definition(links.version);
    let text = format!("directive @{}{definition}", written.name);
    let document = Document::parse(text, "federation.graphql").ok()?;
    document.definitions.into_iter().find_map(|definition| match definition {
        Definition::DirectiveDefinition(directive) => Some(directive),
        _ => None,
    })
}

fn argument_problem(written: &DirectiveDefinition, specified: &InputValueDefinition) -> Option<String> {
    let name = &specified.name;
    let Some(argument) = written.argument_by_name(name) else {
        return specified.is_required().then(|| format!("lacks the argument `{name}`"));
    };
    if !fits(&argument.ty, &specified.ty) {
        return Some(format!("has an argument `{name}: {}` instead of `{}`", argument.ty, specified.ty));
    }
    let other_default = !argument.ty.is_non_null() && argument.default_value != specified.default_value;
    other_default.then(|| format!("has another default for `{name}` than the specification"))
}

/// An argument may be required where the specification leaves it open; a scalar of federation may have any name.
fn fits(written: &Type, specified: &Type) -> bool {
    let written = if specified.is_non_null() { written.clone() } else { written.clone().nullable() };
    same(&written, specified)
}

fn same(written: &Type, specified: &Type) -> bool {
    match (written, specified) {
        (Type::Named(written), Type::Named(specified))
        | (Type::NonNullNamed(written), Type::NonNullNamed(specified)) => {
            written == specified || specified.starts_with("federation__")
        }
        (Type::List(written), Type::List(specified))
        | (Type::NonNullList(written), Type::NonNullList(specified)) => same(written, specified),
        _ => false,
    }
}
