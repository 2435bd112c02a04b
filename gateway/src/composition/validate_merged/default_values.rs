//! What is left out of the supergraph stands in no default of it.

use apollo_compiler::ast::{Type, Value};

use super::locate;
use crate::composition::codes;
use crate::composition::diagnostic::Diagnostics;
use crate::composition::merged::{Merged, MergedInput};
use crate::composition::subgraph::{Kind, Subgraph};

/// Checks the defaults of all arguments and input fields.
pub(crate) fn check(subgraphs: &[Subgraph], merged: &Merged, diagnostics: &mut Diagnostics) {
    for ty in merged.types.values() {
        for field in ty.fields.values() {
            for argument in field.arguments.values() {
                let path: &[&str] = &[&ty.name, &field.name, &argument.name];
                check_one(subgraphs, merged, diagnostics, (path, argument));
            }
        }
        for input in ty.inputs.values() {
            check_one(subgraphs, merged, diagnostics, (&[&ty.name, &input.name], input));
        }
    }
}

fn check_one(
    subgraphs: &[Subgraph],
    merged: &Merged,
    diagnostics: &mut Diagnostics,
    (path, input): (&[&str], &MergedInput),
) {
    let Some(what) = input.default.as_ref().and_then(|default| missing(merged, &input.ty, default)) else {
        return;
    };
    let message =
        format!("the default of `{}` names {what}, which is left out of the supergraph", path.join("."));
    diagnostics.report(codes::INVALID_GRAPHQL, message, locate::sites(subgraphs, path));
}

/// The first enum value or input field in a value that the merged type does not have.
fn missing(merged: &Merged, ty: &Type, value: &Value) -> Option<String> {
    if let Value::List(items) = value {
        return items.iter().find_map(|item| missing(merged, ty.item_type(), item));
    }
    let named = merged.types.get(ty.inner_named_type())?;
    match (named.kind, value) {
        (Kind::Enum, Value::Enum(name)) => {
            (!named.values.contains_key(name)).then(|| format!("`{}.{name}`", named.name))
        }
        (Kind::Input, Value::Object(fields)) => {
            fields.iter().find_map(|(name, value)| match named.inputs.get(name) {
                None => Some(format!("`{}.{name}`", named.name)),
                Some(input) => missing(merged, &input.ty, value),
            })
        }
        _ => None,
    }
}
