//! Defaults have to be values of their types; apollo-compiler does not look at them.

use apollo_compiler::Node;
use apollo_compiler::ast::{Type, Value};

use crate::composition::codes;
use crate::composition::diagnostic::Diagnostics;
use crate::composition::subgraph::{InputDef, Kind, Subgraph, TypeDef};

/// Checks the defaults of all arguments and input fields of a subgraph.
pub(crate) fn check(subgraph: &Subgraph, diagnostics: &mut Diagnostics) {
    for ty in subgraph.types.values() {
        for field in ty.fields.values() {
            for argument in field.arguments.values() {
                let coordinate = format!("{}.{}({}:)", ty.name, field.name, argument.name);
                check_one(subgraph, diagnostics, (&coordinate, argument));
            }
        }
        for input in ty.inputs.values() {
            check_one(subgraph, diagnostics, (&format!("{}.{}", ty.name, input.name), input));
        }
    }
}

fn check_one(subgraph: &Subgraph, diagnostics: &mut Diagnostics, (coordinate, input): (&str, &InputDef)) {
    let Some(default) = &input.default else { return };
    if fits(subgraph, &input.ty, default) {
        return;
    }
    let span = default.location().or(input.span);
    let message =
        format!("the default {default} of `{coordinate}` is not a value of its type `{}`", input.ty);
    diagnostics.report(codes::INVALID_GRAPHQL, message, [subgraph.site(span)]);
}

/// Whether a value written into the schema, so without variables, is one of a type.
pub(super) fn fits(subgraph: &Subgraph, ty: &Type, value: &Node<Value>) -> bool {
    if value.is_null() {
        return !ty.is_non_null();
    }
    match (ty, &**value) {
        (Type::List(item) | Type::NonNullList(item), Value::List(items)) => {
            items.iter().all(|value| fits(subgraph, item, value))
        }
        // A single value stands for a list of it.
        (Type::List(item) | Type::NonNullList(item), _) => fits(subgraph, item, value),
        (Type::Named(name) | Type::NonNullNamed(name), value) => match subgraph.types.get(name) {
            Some(ty) => fits_defined(subgraph, ty, value),
            None => fits_built_in(name, value),
        },
    }
}

fn fits_defined(subgraph: &Subgraph, ty: &TypeDef, value: &Value) -> bool {
    match (ty.kind, value) {
        (Kind::Enum, Value::Enum(name)) => ty.values.contains_key(name),
        (Kind::Input, Value::Object(fields)) => {
            let known = fields.iter().all(|(name, value)| {
                ty.inputs.get(name).is_some_and(|input| fits(subgraph, &input.ty, value))
            });
            let given = |input: &InputDef| fields.iter().any(|(name, _)| *name == input.name);
            known && ty.inputs.values().filter(|input| input.is_required()).all(given)
        }
        (Kind::Scalar, value) => !holds_variable(value),
        _ => false,
    }
}

fn holds_variable(value: &Value) -> bool {
    match value {
        Value::Variable(_) => true,
        Value::List(items) => items.iter().any(|item| holds_variable(item)),
        Value::Object(fields) => fields.iter().any(|(_, value)| holds_variable(value)),
        _ => false,
    }
}

fn fits_built_in(name: &str, value: &Value) -> bool {
    match name {
        "Int" => value.to_i32().is_some(),
        "Float" => matches!(value, Value::Int(_) | Value::Float(_)),
        "String" => matches!(value, Value::String(_)),
        "ID" => matches!(value, Value::String(_) | Value::Int(_)),
        "Boolean" => matches!(value, Value::Boolean(_)),
        _ => true,
    }
}
