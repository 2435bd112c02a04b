//! What generated schemas and operations are made of, operation by operation: a feature that never occurs is a hole in the test.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::ast::{DirectiveList, FieldDefinition, OperationType};
use apollo_compiler::executable::{Selection, SelectionSet};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use serde_json::Value;

use super::fakes;
use super::world::possible;

/// What must occur.
pub const ALL: [&str; 34] = [
    "@context",
    "@defer",
    "@defer(if:)",
    "@defer(label:)",
    "@include/@skip of a constant",
    "@include/@skip of a variable",
    "@inaccessible in the schemas",
    "@interfaceObject",
    "@key(resolvable: false) in the schemas",
    "@override",
    "@override(label:), off",
    "@override(label:), on",
    "@provides",
    "@requires",
    "@requires with arguments",
    "@shareable",
    "aliases",
    "arguments",
    "custom scalars",
    "errors in the answer",
    "fragments, inline",
    "fragments, named",
    "input objects",
    "interfaces",
    "lists",
    "lists of lists",
    "mutations",
    "nulls propagated",
    "nulls in the answer",
    "parts, several",
    "requests, several",
    "several keys in the schemas",
    "unions",
    "variables",
];

/// The features of some schemas.
pub struct Features {
    fields: BTreeMap<(String, String), BTreeSet<&'static str>>,
    schemas: BTreeSet<&'static str>,
}

impl Features {
    /// Reads the SDLs' directives.
    pub fn of(subgraphs: &[(String, String)]) -> Features {
        let mut features = Features { fields: BTreeMap::new(), schemas: BTreeSet::new() };
        for (_, sdl) in subgraphs {
            for (name, ty) in &fakes::parse(sdl).types {
                features.ty(name, ty);
            }
        }
        features
    }

    fn ty(&mut self, name: &str, ty: &ExtendedType) {
        let keys: Vec<_> = ty.directives().get_all("key").collect();
        if keys.len() > 1 {
            self.schemas.insert("several keys in the schemas");
        }
        if keys.iter().any(|key| key.specified_argument_by_name("resolvable").is_some()) {
            self.schemas.insert("@key(resolvable: false) in the schemas");
        }
        let ExtendedType::Object(object) = ty else { return };
        for (field, definition) in &object.fields {
            let mut found = of_field(definition);
            if object.directives.has("interfaceObject") {
                found.insert("@interfaceObject");
            }
            if found.remove("@inaccessible") {
                self.schemas.insert("@inaccessible in the schemas");
            }
            self.fields.entry((name.to_string(), field.to_string())).or_default().extend(found);
        }
    }

    /// The features of a valid operation; `labels` is whether labels are on.
    pub fn in_operation(&self, schema: &Valid<Schema>, text: &str, labels: bool) -> BTreeSet<&'static str> {
        let document = ExecutableDocument::parse_and_validate(schema, text, "q").unwrap();
        let operation = document.operations.iter().next().unwrap();
        let mut found = self.schemas.clone();
        let is_mutation = operation.operation_type == OperationType::Mutation;
        found.extend(is_mutation.then_some("mutations"));
        found.extend((!operation.variables.is_empty()).then_some("variables"));
        let fragments = document.fragments.values().map(|fragment| &fragment.selection_set);
        for set in fragments.chain([&operation.selection_set]) {
            self.set(schema, set, &mut found);
        }
        if found.remove("@override(label:)") {
            found.insert(if labels { "@override(label:), on" } else { "@override(label:), off" });
        }
        found
    }

    fn set(&self, schema: &Schema, set: &SelectionSet, found: &mut BTreeSet<&'static str>) {
        for selection in &set.selections {
            found.extend(of_directives(selection.directives()));
            match selection {
                Selection::Field(field) => {
                    found.extend(field.alias.as_ref().map(|_| "aliases"));
                    found.extend((!field.arguments.is_empty()).then_some("arguments"));
                    let is_object = |value: &apollo_compiler::ast::Value| value.as_object().is_some();
                    let has_object = field.arguments.iter().any(|argument| is_object(&argument.value));
                    found.extend(has_object.then_some("input objects"));
                    let ty = field.ty().to_string();
                    found.extend(ty.starts_with('[').then_some("lists"));
                    found.extend(ty.starts_with("[[").then_some("lists of lists"));
                    found.extend(match schema.types.get(field.ty().inner_named_type()) {
                        Some(ExtendedType::Interface(_)) => Some("interfaces"),
                        Some(ExtendedType::Union(_)) => Some("unions"),
                        Some(ExtendedType::Scalar(scalar)) if scalar.name == "Json" => Some("custom scalars"),
                        _ => None,
                    });
                    for ty in possible(schema, &set.ty).into_iter().chain([set.ty.to_string()]) {
                        found.extend(self.fields.get(&(ty, field.name.to_string())).into_iter().flatten());
                    }
                    self.set(schema, &field.selection_set, found);
                }
                Selection::InlineFragment(inline) => {
                    found.insert("fragments, inline");
                    self.set(schema, &inline.selection_set, found);
                }
                Selection::FragmentSpread(_) => drop(found.insert("fragments, named")),
            }
        }
    }
}

fn of_field(definition: &FieldDefinition) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    let directives = &definition.directives;
    for (name, feature) in [
        ("shareable", "@shareable"),
        ("provides", "@provides"),
        ("override", "@override"),
        ("requires", "@requires"),
        ("inaccessible", "@inaccessible"),
    ] {
        found.extend(directives.has(name).then_some(feature));
    }
    let argument = |directive: &str, name: &str| {
        directives.get(directive).and_then(|applied| applied.specified_argument_by_name(name)?.as_str())
    };
    let has_arguments = argument("requires", "fields").is_some_and(|set| set.contains('('));
    found.extend(has_arguments.then_some("@requires with arguments"));
    found.extend(argument("override", "label").map(|_| "@override(label:)"));
    let from_context = definition.arguments.iter().any(|argument| argument.directives.has("fromContext"));
    found.extend(from_context.then_some("@context"));
    found
}

fn of_directives(directives: &DirectiveList) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    for directive in directives.iter() {
        let has = |name: &str| directive.specified_argument_by_name(name);
        let is_variable = has("if").is_some_and(|value| value.as_variable().is_some());
        match directive.name.as_str() {
            "defer" => {
                found.insert("@defer");
                found.extend(has("if").map(|_| "@defer(if:)"));
                found.extend(has("label").map(|_| "@defer(label:)"));
            }
            _ if is_variable => drop(found.insert("@include/@skip of a variable")),
            _ => drop(found.insert("@include/@skip of a constant")),
        }
    }
    found
}

/// The features of an answer, and of the requests that it took.
pub fn in_answer(answer: &str, requests: usize) -> BTreeSet<&'static str> {
    let answer: Value = serde_json::from_str(answer).unwrap();
    let mut found = BTreeSet::new();
    found.extend(has_null(&answer["data"]).then_some("nulls in the answer"));
    for error in answer["errors"].as_array().into_iter().flatten() {
        found.insert("errors in the answer");
        let path = error["path"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut at = &answer["data"];
        for step in path {
            found.extend(at.is_null().then_some("nulls propagated"));
            at = match step {
                Value::String(key) => &at[key],
                index => &at[index.as_u64().unwrap() as usize],
            };
        }
    }
    found.extend((requests > 1).then_some("requests, several"));
    found
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(fields) => fields.values().any(has_null),
        _ => false,
    }
}
