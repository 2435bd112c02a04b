//! Random operations over a schema: valid more often than not, the rest is for the caller to skip.

use std::collections::BTreeMap;

use apollo_compiler::Schema;
use apollo_compiler::ast::{FieldDefinition, Type};
use apollo_compiler::schema::ExtendedType;
use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value, json};

use super::world::possible;

/// Writes one operation.
pub struct Writer<'a> {
    schema: &'a Schema,
    random: &'a mut ChaCha8Rng,
    /// Named fragments, with what they are on.
    fragments: Vec<(String, String)>,
    /// Variables besides `$a` and `$b`, with their types.
    variables: BTreeMap<String, String>,
    values: Map<String, Value>,
    /// By response key and field: the arguments it is asked with, as two of one key must agree.
    asked: BTreeMap<String, String>,
}

/// A document and the variables that go with it.
#[derive(Clone, Debug)]
pub struct Written {
    pub text: String,
    pub variables: Value,
}

impl<'a> Writer<'a> {
    /// An operation with two Boolean variables, `$a` and `$b`, and others as it needs them.
    pub fn write(schema: &'a Schema, random: &'a mut ChaCha8Rng) -> Written {
        let values = [("a", random.random_bool(0.5)), ("b", random.random_bool(0.5))];
        let values = values.map(|(name, value)| (name.to_string(), json!(value))).into_iter().collect();
        let (fragments, variables, asked) = Default::default();
        let mut writer = Writer { schema, random, fragments, variables, values, asked };
        writer.operation()
    }

    fn operation(&mut self) -> Written {
        let roots = &self.schema.schema_definition;
        let mutation = roots.mutation.as_ref().filter(|_| self.random.random_bool(0.2));
        let kind = if mutation.is_some() { "mutation" } else { "query" };
        let root = mutation.or(roots.query.as_ref()).unwrap().name.to_string();
        let depth = self.random.random_range(2..6);
        let mut selection = self.selection(&root, depth);
        if self.random.random_bool(0.1) {
            selection.push_str(" d: __typename @include(if: $a) @skip(if: $b)");
        }
        let fragments: String = self.fragments.iter().map(|(on, text)| text.replacen("%", on, 1)).collect();
        let mut declared = String::new();
        for name in ["a", "b"].into_iter().filter(|name| {
            let used = |text: &str| text.contains(&format!("${name})"));
            used(&selection) || used(&fragments)
        }) {
            declared += &format!("${name}: Boolean! ");
        }
        for (name, ty) in &self.variables {
            declared += &format!("${name}: {ty} ");
        }
        let declared = if declared.is_empty() { declared } else { format!("({declared})") };
        let text = format!("{kind}{declared} {{ {selection} }}{fragments}");
        Written { text, variables: Value::Object(std::mem::take(&mut self.values)) }
    }

    fn selection(&mut self, ty: &str, depth: usize) -> String {
        let mut parts = Vec::new();
        let fields = match self.schema.types.get(ty) {
            Some(ExtendedType::Object(object)) => object.fields.clone(),
            Some(ExtendedType::Interface(interface)) => interface.fields.clone(),
            _ => Default::default(),
        };
        let wanted = if fields.is_empty() { 0 } else { self.random.random_range(1..4) };
        for _ in 0..wanted {
            let (name, definition) = fields.get_index(self.random.random_range(0..fields.len())).unwrap();
            let names: Vec<&str> = fields.keys().map(|name| name.as_str()).collect();
            let alias = match self.random.random_range(0..20) {
                0..3 => format!("x{}: ", self.random.random_range(0..60)),
                3 if self.random.random_bool(0.5) => format!("{}: ", names.choose(self.random).unwrap()),
                _ => String::new(),
            };
            parts.extend(self.field(&alias, name, definition, depth));
        }
        self.fragments(ty, depth, &mut parts);
        if parts.is_empty() || self.random.random_bool(0.2) {
            parts.push((*["__typename", "t: __typename"].choose(self.random).unwrap()).to_string());
        }
        parts.join(" ")
    }

    /// A field; a composite one sometimes twice, with two selections.
    fn field(
        &mut self,
        alias: &str,
        name: &str,
        definition: &FieldDefinition,
        depth: usize,
    ) -> Option<String> {
        let inner = definition.ty.inner_named_type();
        let is_leaf = self.schema.types.get(inner).is_some_and(|ty| ty.is_leaf());
        if !is_leaf && depth == 0 {
            return None;
        }
        let arguments = self.arguments(alias, definition)?;
        let guard = self.guard();
        if is_leaf {
            return Some(format!("{alias}{name}{arguments}{guard}"));
        }
        let depth = depth.checked_sub(1)?;
        let mut text = String::new();
        for _ in 0..if self.random.random_bool(0.15) { 2 } else { 1 } {
            let selection = self.selection(inner, depth);
            text += &format!(" {alias}{name}{arguments}{guard} {{ {selection} }}");
        }
        Some(text)
    }

    fn fragments(&mut self, ty: &str, depth: usize, parts: &mut Vec<String>) {
        let is_object = self.schema.types.get(ty).is_some_and(|ty| ty.is_object());
        let own = possible(self.schema, ty);
        let composites = self.schema.types.iter().filter(|(name, other)| {
            !other.is_built_in()
                && matches!(
                    other,
                    ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_)
                )
                && possible(self.schema, name).iter().any(|object| own.contains(object))
        });
        let conditions: Vec<String> = composites.map(|(name, _)| name.to_string()).collect();
        for condition in conditions {
            let rate = if is_object {
                0.08
            } else if own.contains(&condition) {
                0.5
            } else {
                0.15
            };
            if !self.random.random_bool(rate) {
                continue;
            }
            let guard = self.guard();
            let known: Vec<usize> =
                (0..self.fragments.len()).filter(|i| self.fragments[*i].0 == condition).collect();
            match (self.random.random_range(0..4), known.choose(self.random)) {
                (0, Some(index)) => parts.push(format!("...F{index}{guard}")),
                (1, _) => {
                    let selection = self.selection(&condition, depth.saturating_sub(1));
                    let index = self.fragments.len();
                    self.fragments.push((condition, format!(" fragment F{index} on % {{ {selection} }}")));
                    parts.push(format!("...F{index}{guard}"));
                }
                _ => {
                    let selection = self.selection(&condition, depth.saturating_sub(1));
                    parts.push(format!("... on {condition}{guard} {{ {selection} }}"));
                }
            }
        }
        if depth > 0 && self.random.random_bool(0.08) {
            let (guard, selection) = (self.guard(), self.selection(ty, depth - 1));
            parts.push(format!("...{guard} {{ {selection} }}"));
        }
    }

    fn guard(&mut self) -> &'static str {
        let guards = [
            " @include(if: $a)",
            " @skip(if: $b)",
            " @include(if: $b)",
            " @skip(if: $a)",
            " @include(if: $a) @skip(if: $b)",
            " @include(if: true)",
            " @skip(if: true)",
        ];
        if self.random.random_bool(0.12) { guards.choose(self.random).unwrap() } else { "" }
    }

    /// The arguments; nothing for a field whose required arguments are too special.
    fn arguments(&mut self, alias: &str, field: &FieldDefinition) -> Option<String> {
        let names: Vec<&str> = field.arguments.iter().map(|argument| argument.name.as_str()).collect();
        let key = format!("{alias}{}({names:?})", field.name);
        if let Some(known) = self.asked.get(&key).filter(|_| self.random.random_bool(0.95)) {
            return Some(known.clone());
        }
        let written = self.new_arguments(field)?;
        self.asked.insert(key, written.clone());
        Some(written)
    }

    fn new_arguments(&mut self, field: &FieldDefinition) -> Option<String> {
        let mut written = Vec::new();
        for argument in &field.arguments {
            if !argument.is_required() && self.random.random_bool(0.6) {
                continue;
            }
            let value = self.value(&argument.ty, 0)?;
            let text = if self.random.random_bool(0.4) {
                let name = format!("v{}", self.variables.len());
                self.variables.insert(name.clone(), argument.ty.to_string());
                if self.random.random_bool(0.85) || argument.ty.is_non_null() {
                    self.values.insert(name.clone(), value);
                }
                format!("${name}")
            } else {
                self.literal(&argument.ty, &value)
            };
            written.push(format!("{}: {text}", argument.name));
        }
        Some(if written.is_empty() { String::new() } else { format!("({})", written.join(", ")) })
    }

    fn value(&mut self, ty: &Type, depth: usize) -> Option<Value> {
        if !ty.is_non_null() && self.random.random_bool(0.1) {
            return Some(Value::Null);
        }
        if let Type::List(item) | Type::NonNullList(item) = ty {
            // One value is a list of one.
            if self.random.random_bool(0.2) {
                return self.value(&item.clone().non_null(), depth);
            }
            return (0..self.random.random_range(0..3)).map(|_| self.value(item, depth)).collect();
        }
        let number = self.random.random_range(0..5);
        let name = ty.inner_named_type();
        match (name.as_str(), self.schema.types.get(name)) {
            ("Int", _) => Some(json!(number)),
            ("Float", _) => Some(json!(f64::from(number) + 0.5)),
            ("Boolean", _) => Some(json!(number > 2)),
            ("ID" | "String", _) => {
                Some(json!(["1", "two \"quoted\"", "\u{c138}\\n", "", "5"][number as usize]))
            }
            (_, Some(ExtendedType::Enum(ty))) => Some(json!(ty.values.keys().next()?.to_string())),
            (_, Some(ExtendedType::InputObject(input))) => {
                let mut fields = Map::new();
                for field in input.fields.values() {
                    if field.is_required() || (depth < 2 && self.random.random_bool(0.4)) {
                        fields.insert(field.name.to_string(), self.value(&field.ty, depth + 1)?);
                    }
                }
                Some(Value::Object(fields))
            }
            _ => None,
        }
    }

    /// A value as the document has it; parts of it may become variables.
    fn literal(&mut self, ty: &Type, value: &Value) -> String {
        match (value, ty) {
            (Value::Array(items), Type::List(item) | Type::NonNullList(item)) => {
                let items: Vec<String> = items.iter().map(|value| self.literal(item, value)).collect();
                format!("[{}]", items.join(", "))
            }
            (Value::Object(fields), _) => {
                let Some(ExtendedType::InputObject(input)) = self.schema.types.get(ty.inner_named_type())
                else {
                    return "null".into();
                };
                let mut written = Vec::new();
                for (name, value) in fields {
                    let ty = &input.fields[name.as_str()].ty;
                    if self.random.random_bool(0.2) {
                        let variable = format!("v{}", self.variables.len());
                        self.variables.insert(variable.clone(), ty.to_string());
                        self.values.insert(variable.clone(), value.clone());
                        written.push(format!("{name}: ${variable}"));
                    } else {
                        written.push(format!("{name}: {}", self.literal(ty, value)));
                    }
                }
                format!("{{{}}}", written.join(", "))
            }
            (Value::String(text), _) => match self.schema.types.get(ty.inner_named_type()) {
                Some(ExtendedType::Enum(_)) => text.clone(),
                _ => json!(text).to_string(),
            },
            (value, _) => value.to_string(),
        }
    }
}
