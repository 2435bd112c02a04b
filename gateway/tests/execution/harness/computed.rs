//! Fields with `@requires`: values that tell what they were computed from.

use std::collections::BTreeMap;

use apollo_compiler::Schema;
use apollo_compiler::ast;
use serde_json::{Map, Value, json};

use super::interpreter::{field_set, shift, told};
use super::world::{COUNT, World, possible};

/// From an object of the world, or from what was sent of one.
pub struct Computing<'w> {
    pub world: &'w World,
    pub full: &'w Schema,
    /// What was sent has its arguments applied already.
    pub is_sent: bool,
}

impl Computing<'_> {
    /// The value of a field of `source`, which says what it requires.
    pub fn value(&self, source: &Value, computed: &Value) -> Value {
        let set = field_set(computed["$requires"].as_str().unwrap());
        let seen = self.seen(source, &set, &Value::Null).to_string();
        let number = seen.bytes().fold(7_u64, |hash, byte| (hash * 31 + u64::from(byte)) % 1_000_003);
        match computed["type"].as_str().unwrap() {
            "Int" => json!(number),
            "Float" => json!(number as f64 + 0.25),
            "Boolean" => json!(number % 2 == 0),
            _ => json!(seen),
        }
    }

    fn seen(&self, source: &Value, selections: &[ast::Selection], arguments: &Value) -> Value {
        let source = match source.get("$ref") {
            Some(at) => {
                let index = at[1].as_u64().unwrap() as usize + shift(arguments);
                &self.world.entities[at[0].as_str().unwrap()][index % COUNT]
            }
            None => source,
        };
        match source {
            Value::Array(items) => items.iter().map(|item| self.seen(item, selections, arguments)).collect(),
            Value::Object(_) if !selections.is_empty() => {
                let mut seen = BTreeMap::new();
                self.see(source, selections, &mut seen);
                Value::Object(seen.into_iter().collect::<Map<String, Value>>())
            }
            Value::String(text) if !self.is_sent => json!(told(text, arguments)),
            other => other.clone(),
        }
    }

    fn see(&self, source: &Value, selections: &[ast::Selection], seen: &mut BTreeMap<String, Value>) {
        for selection in selections {
            match selection {
                ast::Selection::Field(field) => {
                    let Some(value) = source.get(field.name.as_str()) else { continue };
                    let value = match value.get("$requires") {
                        Some(_) => self.value(source, value),
                        None => self.seen(value, &field.selection_set, &self.arguments(source, field)),
                    };
                    seen.insert(field.name.to_string(), value);
                }
                ast::Selection::InlineFragment(fragment) => {
                    let runtime = source.get("__typename").and_then(Value::as_str);
                    let condition = fragment.type_condition.as_ref();
                    let is_on = condition.zip(runtime).is_none_or(|(condition, runtime)| {
                        possible(self.full, condition).iter().any(|ty| ty == runtime)
                    });
                    if is_on {
                        self.see(source, &fragment.selection_set, seen);
                    }
                }
                ast::Selection::FragmentSpread(_) => {}
            }
        }
    }

    /// The arguments of a field in a set, those with a default value included.
    fn arguments(&self, source: &Value, field: &ast::Field) -> Value {
        let ty = source.get("__typename").and_then(Value::as_str).unwrap_or_default();
        let Ok(definition) = self.full.type_field(ty, &field.name) else { return Value::Null };
        let mut arguments = Map::new();
        for argument in &definition.arguments {
            let written = field.arguments.iter().find(|written| written.name == argument.name);
            let value = written.map(|written| &written.value).or(argument.default_value.as_ref());
            if let Some(number) = value.and_then(|value| value.to_i32()) {
                arguments.insert(argument.name.to_string(), json!(number));
            }
        }
        Value::Object(arguments)
    }
}
