//! `@context` and `@fromContext` for one executor over all data: what arguments have, by the objects above.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::Schema;
use apollo_compiler::ast::Selection;
use apollo_compiler::schema::ExtendedType;
use serde_json::{Value, json};

use super::computed::Computing;
use super::interpreter::field_set;
use super::world::{At, COUNT, possible};

/// An argument's name, the context (of a subgraph), and what is taken of it.
type Argument = (String, (String, String), String);

/// What the SDLs say of contexts.
#[derive(Default)]
pub struct Contexts {
    arguments: BTreeMap<At, Vec<Argument>>,
    /// By context, the object types that set it.
    setters: BTreeMap<(String, String), BTreeSet<String>>,
}

impl Contexts {
    /// Reads the SDLs' directives.
    pub fn of(subgraphs: &[(String, Schema)]) -> Contexts {
        let mut contexts = Contexts::default();
        for (subgraph, schema) in subgraphs {
            for (name, ty) in &schema.types {
                for applied in ty.directives().get_all("context") {
                    let context = applied.specified_argument_by_name("name").unwrap().as_str().unwrap();
                    let setters =
                        contexts.setters.entry((subgraph.clone(), context.to_string())).or_default();
                    setters.extend(possible(schema, name));
                }
                let ExtendedType::Object(object) = ty else { continue };
                for (field, definition) in &object.fields {
                    for argument in &definition.arguments {
                        let Some(from) = argument.directives.get("fromContext") else { continue };
                        let from = from.specified_argument_by_name("field").unwrap().as_str().unwrap();
                        let (context, taken) = from.trim_start_matches('$').split_once(' ').unwrap();
                        let context = (subgraph.clone(), context.to_string());
                        let all =
                            contexts.arguments.entry((name.to_string(), field.to_string())).or_default();
                        all.push((argument.name.to_string(), context, taken.to_string()));
                    }
                }
            }
        }
        contexts
    }

    /// Gives a field's arguments the values that the nearest objects above have; `above` begins at the top.
    pub fn fill(&self, at: &At, above: &[&Value], computing: &Computing<'_>, arguments: &mut Value) {
        for (name, context, taken) in self.arguments.get(at).into_iter().flatten() {
            let setters = &self.setters[context];
            let sets =
                |object: &&&Value| object["__typename"].as_str().is_some_and(|ty| setters.contains(ty));
            let value = above.iter().rev().find(sets).map(|object| take(object, taken, computing));
            arguments[name.as_str()] = value.unwrap_or(Value::Null);
        }
    }
}

fn take(object: &Value, taken: &str, computing: &Computing<'_>) -> Value {
    let taken = taken.trim();
    let set = field_set(taken.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(taken));
    let is_on = |selection: &&Selection| match selection {
        Selection::InlineFragment(fragment) => {
            fragment.type_condition.as_ref().is_some_and(|on| object["__typename"] == on.as_str())
        }
        _ => true,
    };
    match set.iter().find(is_on) {
        Some(Selection::InlineFragment(fragment)) => leaf(object, &fragment.selection_set, computing),
        Some(_) => leaf(object, &set, computing),
        None => Value::Null,
    }
}

fn leaf(value: &Value, selections: &[Selection], computing: &Computing<'_>) -> Value {
    let value = match value.get("$ref") {
        Some(at) => {
            let index = at[1].as_u64().unwrap() as usize % COUNT;
            &computing.world.entities[at[0].as_str().unwrap()][index]
        }
        None => value,
    };
    match (value, selections.first()) {
        (Value::Array(items), _) => {
            json!(items.iter().map(|item| leaf(item, selections, computing)).collect::<Vec<_>>())
        }
        (Value::Object(_), Some(Selection::Field(field))) => {
            let taken = &value[field.name.as_str()];
            match taken.get("$requires") {
                Some(_) => computing.value(value, taken),
                None => leaf(taken, &field.selection_set, computing),
            }
        }
        (value, _) => value.clone(),
    }
}
