//! `__Type.isOneOf`, which the executor of introspection does not know yet: it is asked for the type's name instead, and the
//! name then says what the answer is.

use apollo_compiler::executable::{Selection, SelectionSet};
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Name, Node, Schema};

/// Stands before the response key of what is asked instead; no key of a client has a space in it.
const MARK: &str = "isOneOf as ";

/// The document with the names of types in place of `isOneOf`; nothing when it does not ask for that.
pub(super) fn names_instead(
    schema: &Schema,
    document: &Valid<ExecutableDocument>,
) -> Option<Valid<ExecutableDocument>> {
    let fragments = document.fragments.values().map(|fragment| &fragment.selection_set);
    let mut sets = document.operations.iter().map(|operation| &operation.selection_set).chain(fragments);
    if !sets.any(asks) {
        return None;
    }
    let mut document = document.clone().into_inner();
    let operations = &mut document.operations;
    for operation in operations.anonymous.iter_mut().chain(operations.named.values_mut()) {
        replace(schema, &mut operation.make_mut().selection_set);
    }
    for fragment in document.fragments.values_mut() {
        replace(schema, &mut fragment.make_mut().selection_set);
    }
    // Valid as before, but for keys that nobody sees.
    Some(Valid::assume_valid(document))
}

fn asks(set: &SelectionSet) -> bool {
    set.selections.iter().any(|selection| match selection {
        Selection::Field(field) => is_one_of(set, &field.name) || asks(&field.selection_set),
        Selection::InlineFragment(inline) => asks(&inline.selection_set),
        Selection::FragmentSpread(_) => false,
    })
}

fn is_one_of(set: &SelectionSet, field: &str) -> bool {
    set.ty == "__Type" && field == "isOneOf"
}

fn replace(schema: &Schema, set: &mut SelectionSet) {
    let ty = set.ty.clone();
    for selection in &mut set.selections {
        match selection {
            Selection::Field(field) if ty == "__Type" && field.name == "isOneOf" => {
                let Ok(name) = schema.type_field("__Type", "name") else { continue };
                let field = field.make_mut();
                let marked = format!("{MARK}{}", field.response_key());
                field.alias = Some(Name::new_unchecked(&marked));
                field.name = name.name.clone();
                field.definition = Node::clone(&name.node);
            }
            Selection::Field(field) => replace(schema, &mut field.make_mut().selection_set),
            Selection::InlineFragment(inline) => replace(schema, &mut inline.make_mut().selection_set),
            Selection::FragmentSpread(_) => {}
        }
    }
}

/// Puts the answers in place of the names.
pub(super) fn answer(schema: &Schema, data: JsonMap) -> JsonMap {
    let mut answered = JsonMap::new();
    for (key, value) in data {
        match key.as_str().strip_prefix(MARK) {
            Some(key) => answered.insert(key, of(schema, &value)),
            None => answered.insert(key, answer_within(schema, value)),
        };
    }
    answered
}

fn answer_within(schema: &Schema, value: JsonValue) -> JsonValue {
    match value {
        JsonValue::Object(fields) => JsonValue::Object(answer(schema, fields)),
        JsonValue::Array(items) => items.into_iter().map(|item| answer_within(schema, item)).collect(),
        other => other,
    }
}

/// Null for whatever is no input object.
fn of(schema: &Schema, name: &JsonValue) -> JsonValue {
    match name.as_str().and_then(|name| schema.types.get(name)) {
        Some(ExtendedType::InputObject(input)) => JsonValue::Bool(input.directives.has("oneOf")),
        _ => JsonValue::Null,
    }
}
