//! Types that came, went, or changed their kind; root types; members of unions; interfaces.

use apollo_compiler::collections::IndexSet;
use apollo_compiler::schema::{ComponentName, ExtendedType};

use super::{Comparison, Impact, enums, fields, inputs};

/// Compares all types.
pub(crate) fn compare(comparison: &mut Comparison) {
    compare_roots(comparison);
    let (old, new) = (comparison.old, comparison.new);
    for (name, before) in old.types.iter().filter(|(_, ty)| !ty.is_built_in()) {
        match new.types.get(name) {
            None => {
                let kind = Some(kind(before).to_owned());
                comparison.changed(
                    ("TYPE_REMOVED", Impact::Breaking),
                    name.as_str(),
                    "was removed",
                    (kind, None),
                );
            }
            Some(after) => compare_type(comparison, before, after),
        }
    }
    for (name, ty) in new.types.iter().filter(|(_, ty)| !ty.is_built_in()) {
        if !old.types.contains_key(name) {
            let kind = Some(kind(ty).to_owned());
            comparison.changed(("TYPE_ADDED", Impact::Safe), name.as_str(), "was added", (None, kind));
        }
    }
}

fn compare_roots(comparison: &mut Comparison) {
    let (old, new) = (&comparison.old.schema_definition, &comparison.new.schema_definition);
    let roots = [
        ("query", &old.query, &new.query),
        ("mutation", &old.mutation, &new.mutation),
        ("subscription", &old.subscription, &new.subscription),
    ];
    for (operation, before, after) in roots {
        let names =
            (before.as_ref().map(|root| root.to_string()), after.as_ref().map(|root| root.to_string()));
        match (&names.0, &names.1) {
            (Some(_), None) => {
                comparison.changed(
                    ("ROOT_REMOVED", Impact::Breaking),
                    operation,
                    "there is none any longer",
                    names,
                );
            }
            (None, Some(_)) => {
                comparison.changed(("ROOT_ADDED", Impact::Safe), operation, "was added", names)
            }
            (Some(before), Some(after)) if before != after => {
                // The root's fields are compared by type name, so a renamed root would look like a removed type.
                comparison.changed(("ROOT_RENAMED", Impact::Dangerous), operation, "has another name", names);
            }
            _ => {}
        }
    }
}

fn compare_type(comparison: &mut Comparison, before: &ExtendedType, after: &ExtendedType) {
    match (before, after) {
        (ExtendedType::Object(before), ExtendedType::Object(after)) => {
            let name = &before.name;
            compare_interfaces(comparison, name, &before.implements_interfaces, &after.implements_interfaces);
            fields::compare(comparison, name, &before.fields, &after.fields);
        }
        (ExtendedType::Interface(before), ExtendedType::Interface(after)) => {
            let name = &before.name;
            compare_interfaces(comparison, name, &before.implements_interfaces, &after.implements_interfaces);
            fields::compare(comparison, name, &before.fields, &after.fields);
        }
        (ExtendedType::Union(before), ExtendedType::Union(after)) => {
            compare_members(comparison, &before.name, &before.members, &after.members);
        }
        (ExtendedType::Enum(before), ExtendedType::Enum(after)) => enums::compare(comparison, before, after),
        (ExtendedType::InputObject(before), ExtendedType::InputObject(after)) => {
            inputs::compare(comparison, before, after);
        }
        (ExtendedType::Scalar(before), ExtendedType::Scalar(after)) => {
            let url = |directives: &apollo_compiler::schema::DirectiveList| {
                let directive = directives.get("specifiedBy")?;
                Some(directive.specified_argument_by_name("url")?.to_string())
            };
            let urls = (url(&before.directives), url(&after.directives));
            if urls.0 != urls.1 {
                let name = before.name.as_str();
                let message = "is specified differently";
                comparison.changed(("SPECIFIED_BY_CHANGED", Impact::Dangerous), name, message, urls);
            }
        }
        _ => {
            let kinds = (Some(kind(before).to_owned()), Some(kind(after).to_owned()));
            let name = before.name().as_str();
            comparison.changed(("TYPE_KIND_CHANGED", Impact::Breaking), name, "is of another kind", kinds);
        }
    }
}

fn compare_interfaces(
    comparison: &mut Comparison,
    name: &str,
    before: &IndexSet<ComponentName>,
    after: &IndexSet<ComponentName>,
) {
    for interface in before.iter().filter(|interface| !after.contains(*interface)) {
        let message = format!("implements `{interface}` no longer");
        comparison.add(("INTERFACE_REMOVED_FROM_TYPE", Impact::Breaking), name, message);
    }
    for interface in after.iter().filter(|interface| !before.contains(*interface)) {
        let message = format!("implements `{interface}` now");
        comparison.add(("INTERFACE_ADDED_TO_TYPE", Impact::Dangerous), name, message);
    }
}

fn compare_members(
    comparison: &mut Comparison,
    name: &str,
    before: &IndexSet<ComponentName>,
    after: &IndexSet<ComponentName>,
) {
    for member in before.iter().filter(|member| !after.contains(*member)) {
        let message = format!("holds `{member}` no longer");
        comparison.add(("UNION_MEMBER_REMOVED", Impact::Breaking), name, message);
    }
    for member in after.iter().filter(|member| !before.contains(*member)) {
        let message = format!("holds `{member}` now");
        comparison.add(("UNION_MEMBER_ADDED", Impact::Dangerous), name, message);
    }
}

fn kind(ty: &ExtendedType) -> &'static str {
    match ty {
        ExtendedType::Scalar(_) => "scalar",
        ExtendedType::Object(_) => "object type",
        ExtendedType::Interface(_) => "interface",
        ExtendedType::Union(_) => "union",
        ExtendedType::Enum(_) => "enum",
        ExtendedType::InputObject(_) => "input type",
    }
}
