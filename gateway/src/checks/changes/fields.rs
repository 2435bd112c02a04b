//! Fields of objects and interfaces, and their arguments.

use apollo_compiler::ast::{DirectiveList, FieldDefinition, InputValueDefinition, Type};
use apollo_compiler::collections::IndexMap;
use apollo_compiler::schema::Component;
use apollo_compiler::{Name, Node, Schema};

use super::inputs::{self, InputCodes};
use super::{Comparison, Impact};

type Fields = IndexMap<Name, Component<FieldDefinition>>;

/// Compares the fields of one type.
pub(crate) fn compare(comparison: &mut Comparison, parent: &str, before: &Fields, after: &Fields) {
    for (name, old) in before {
        let coordinate = format!("{parent}.{name}");
        let Some(new) = after.get(name) else {
            let message =
                if is_deprecated(&old.directives) { "was deprecated and removed" } else { "was removed" };
            let ty = (Some(old.ty.to_string()), None);
            comparison.changed(("FIELD_REMOVED", Impact::Breaking), coordinate, message, ty);
            continue;
        };
        compare_type(comparison, &coordinate, old, new);
        compare_arguments(comparison, &coordinate, (&old.arguments, &new.arguments));
        compare_deprecation(comparison, &coordinate, &old.directives, &new.directives);
    }
    for (name, new) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
        let ty = (None, Some(new.ty.to_string()));
        comparison.changed(("FIELD_ADDED", Impact::Safe), format!("{parent}.{name}"), "was added", ty);
    }
}

fn compare_type(comparison: &mut Comparison, coordinate: &str, old: &FieldDefinition, new: &FieldDefinition) {
    if old.ty == new.ty {
        return;
    }
    let same_names = old.ty.inner_named_type() == new.ty.inner_named_type();
    let (impact, message) = match (narrows(comparison.new, &old.ty, &new.ty), same_names) {
        (true, true) => (Impact::Safe, "gives fewer kinds of values"),
        // Fragments on what does not come any longer are refused.
        (true, false) => (Impact::Dangerous, "returns a narrower type"),
        (false, true) if narrows(comparison.new, &new.ty, &old.ty) => {
            (Impact::Breaking, "may be null where it was not")
        }
        (false, _) => (Impact::Breaking, "returns something else"),
    };
    let types = (Some(old.ty.to_string()), Some(new.ty.to_string()));
    comparison.changed(("FIELD_TYPE_CHANGED", impact), coordinate, message, types);
}

/// Whether everything of the new type is of the old one.
fn narrows(schema: &Schema, old: &Type, new: &Type) -> bool {
    match (old, new) {
        (Type::Named(old), Type::Named(new) | Type::NonNullNamed(new))
        | (Type::NonNullNamed(old), Type::NonNullNamed(new)) => old == new || schema.is_subtype(old, new),
        (Type::List(old), Type::List(new) | Type::NonNullList(new))
        | (Type::NonNullList(old), Type::NonNullList(new)) => narrows(schema, old, new),
        _ => false,
    }
}

/// Compares arguments of a field or directive.
pub(crate) fn compare_arguments(
    comparison: &mut Comparison,
    coordinate: &str,
    (before, after): (&[Node<InputValueDefinition>], &[Node<InputValueDefinition>]),
) {
    let codes = InputCodes {
        type_changed: "ARGUMENT_TYPE_CHANGED",
        default_changed: "ARGUMENT_DEFAULT_CHANGED",
        required: "ARGUMENT_BECAME_REQUIRED",
    };
    for old in before {
        let coordinate = format!("{coordinate}({}:)", old.name);
        match after.iter().find(|new| new.name == old.name) {
            None => {
                let ty = (Some(old.ty.to_string()), None);
                comparison.changed(("ARGUMENT_REMOVED", Impact::Breaking), coordinate, "was removed", ty);
            }
            Some(new) => inputs::compare_value(comparison, &coordinate, (old, new), codes),
        }
    }
    for new in after.iter().filter(|new| before.iter().all(|old| old.name != new.name)) {
        let coordinate = format!("{coordinate}({}:)", new.name);
        let ty = (None, Some(new.ty.to_string()));
        let (code, impact) = if new.is_required() {
            ("REQUIRED_ARGUMENT_ADDED", Impact::Breaking)
        } else {
            ("ARGUMENT_ADDED", Impact::Safe)
        };
        comparison.changed((code, impact), coordinate, "was added", ty);
    }
}

/// Compares `@deprecated` of two elements.
pub(crate) fn compare_deprecation(
    comparison: &mut Comparison,
    coordinate: &str,
    before: &DirectiveList,
    after: &DirectiveList,
) {
    let reasons = (reason(before), reason(after));
    match (is_deprecated(before), is_deprecated(after)) {
        (false, true) => {
            comparison.changed(("DEPRECATED", Impact::Safe), coordinate, "is deprecated now", reasons)
        }
        (true, false) => {
            comparison.changed(
                ("DEPRECATION_REMOVED", Impact::Safe),
                coordinate,
                "is not deprecated any longer",
                reasons,
            );
        }
        (true, true) if reasons.0 != reasons.1 => {
            let message = "is deprecated for another reason";
            comparison.changed(("DEPRECATION_REASON_CHANGED", Impact::Safe), coordinate, message, reasons);
        }
        _ => {}
    }
}

fn is_deprecated(directives: &DirectiveList) -> bool {
    directives.has("deprecated")
}

fn reason(directives: &DirectiveList) -> Option<String> {
    let reason = directives.get("deprecated")?.specified_argument_by_name("reason")?;
    reason.as_str().map(str::to_owned)
}
