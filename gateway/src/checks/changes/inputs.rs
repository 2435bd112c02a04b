//! What clients send: input types, their fields, and the values of arguments.

use apollo_compiler::Node;
use apollo_compiler::ast::{InputValueDefinition, Type};
use apollo_compiler::schema::InputObjectType;

use super::fields::compare_deprecation;
use super::{Comparison, Impact};

/// The codes for arguments, or for input fields.
#[derive(Clone, Copy)]
pub(crate) struct InputCodes {
    pub(crate) type_changed: &'static str,
    pub(crate) default_changed: &'static str,
    pub(crate) required: &'static str,
}

/// Compares two input types.
pub(crate) fn compare(comparison: &mut Comparison, before: &InputObjectType, after: &InputObjectType) {
    let parent = &before.name;
    let codes = InputCodes {
        type_changed: "INPUT_FIELD_TYPE_CHANGED",
        default_changed: "INPUT_FIELD_DEFAULT_CHANGED",
        required: "INPUT_FIELD_BECAME_REQUIRED",
    };
    match (before.directives.has("oneOf"), after.directives.has("oneOf")) {
        (false, true) => {
            comparison.add(
                ("ONE_OF_ADDED", Impact::Breaking),
                parent.as_str(),
                "takes exactly one of its fields now",
            );
        }
        (true, false) => {
            let message = "takes several of its fields now";
            comparison.add(("ONE_OF_REMOVED", Impact::Safe), parent.as_str(), message);
        }
        _ => {}
    }
    for (name, old) in &before.fields {
        let coordinate = format!("{parent}.{name}");
        match after.fields.get(name) {
            None => {
                let ty = (Some(old.ty.to_string()), None);
                comparison.changed(("INPUT_FIELD_REMOVED", Impact::Breaking), coordinate, "was removed", ty);
            }
            Some(new) => {
                compare_value(comparison, &coordinate, (&old.node, &new.node), codes);
                compare_deprecation(comparison, &coordinate, &old.directives, &new.directives);
            }
        }
    }
    for (name, new) in after.fields.iter().filter(|(name, _)| !before.fields.contains_key(*name)) {
        let ty = (None, Some(new.ty.to_string()));
        let (code, impact) = if new.is_required() {
            ("REQUIRED_INPUT_FIELD_ADDED", Impact::Breaking)
        } else {
            ("INPUT_FIELD_ADDED", Impact::Safe)
        };
        comparison.changed((code, impact), format!("{parent}.{name}"), "was added", ty);
    }
}

/// Compares type and default of one value that clients send.
pub(crate) fn compare_value(
    comparison: &mut Comparison,
    coordinate: &str,
    (old, new): (&Node<InputValueDefinition>, &Node<InputValueDefinition>),
    codes: InputCodes,
) {
    if old.ty != new.ty {
        let impact = if widens(&old.ty, &new.ty) { Impact::Safe } else { Impact::Breaking };
        let message = if impact == Impact::Safe { "takes more values" } else { "takes other values" };
        let types = (Some(old.ty.to_string()), Some(new.ty.to_string()));
        comparison.changed((codes.type_changed, impact), coordinate, message, types);
    }
    if old.default_value == new.default_value {
        return;
    }
    let text =
        |value: &Node<InputValueDefinition>| value.default_value.as_ref().map(|value| value.to_string());
    let defaults = (text(old), text(new));
    if new.is_required() && !old.is_required() && old.ty == new.ty {
        let message = "has no default any longer and has to be given";
        comparison.changed((codes.required, Impact::Breaking), coordinate, message, defaults);
    } else {
        let message = "has another default";
        comparison.changed((codes.default_changed, Impact::Dangerous), coordinate, message, defaults);
    }
}

/// Whether everything of the old type is taken by the new one.
fn widens(old: &Type, new: &Type) -> bool {
    match (old, new) {
        (Type::Named(old) | Type::NonNullNamed(old), Type::Named(new))
        | (Type::NonNullNamed(old), Type::NonNullNamed(new)) => old == new,
        (Type::List(old) | Type::NonNullList(old), Type::List(new))
        | (Type::NonNullList(old), Type::NonNullList(new)) => widens(old, new),
        _ => false,
    }
}
