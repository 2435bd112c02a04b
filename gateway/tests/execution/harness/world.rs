//! Data for a whole supergraph, made from its schema: every leaf a token of its own, entities by reference.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::Schema;
use apollo_compiler::ast::{FieldDefinition, Type};
use apollo_compiler::schema::ExtendedType;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value, json};

/// Entities per type.
const COUNT: usize = 3;

/// The merged data of all subgraphs.
#[derive(Debug, Default)]
pub struct World {
    /// By type, the entities. A reference is `{"$ref": [type, index]}`.
    pub entities: BTreeMap<String, Vec<Value>>,
    /// The object of the query type.
    pub root: Value,
}

/// A type and a field of it.
type At = (String, String);

/// What of the schema makes data special.
#[derive(Default)]
pub struct Federation {
    /// Types with a key anywhere; interfaces too.
    pub entities: Vec<String>,
    /// By (type, field): the field set that the field is computed from.
    pub requires: BTreeMap<At, String>,
    /// Names of fields in keys; they are never null.
    key_fields: BTreeSet<String>,
    /// Names of fields in keys and required field sets, and of interface objects' fields, which are asked for before it
    /// is known whether the client selects them on the object's type.
    needed: BTreeSet<String>,
    /// By (type, field): its types in the subgraphs that resolve it, and the runtime types that each knows.
    known: BTreeMap<At, Vec<(Type, BTreeSet<String>)>>,
}

impl Federation {
    /// Reads the SDLs' directives.
    pub fn of(subgraphs: &[(String, Schema)]) -> Federation {
        let mut federation = Federation::default();
        for (_, schema) in subgraphs {
            for (name, ty) in &schema.types {
                let keys = ty
                    .directives()
                    .get_all("key")
                    .filter_map(|key| key.specified_argument_by_name("fields")?.as_str());
                for key in keys {
                    federation.entities.push(name.to_string());
                    let words = key.split(|c: char| !c.is_alphanumeric() && c != '_');
                    federation.key_fields.extend(words.clone().map(ToString::to_string));
                    federation.needed.extend(words.map(ToString::to_string));
                }
                let fields = match ty {
                    ExtendedType::Object(object) => &object.fields,
                    ExtendedType::Interface(interface) => &interface.fields,
                    _ => continue,
                };
                if ty.directives().has("interfaceObject") {
                    federation.needed.extend(fields.keys().map(ToString::to_string));
                }
                if ty.directives().has("interfaceObject") {
                    federation.needed.extend(fields.keys().map(ToString::to_string));
                }
                for (field, definition) in fields {
                    federation.field(schema, (name.to_string(), field.to_string()), definition);
                }
            }
        }
        federation
    }

    fn field(&mut self, schema: &Schema, at: At, definition: &FieldDefinition) {
        let requires = definition.directives.get("requires");
        if let Some(set) = requires.and_then(|r| r.specified_argument_by_name("fields")?.as_str()) {
            self.requires.insert(at.clone(), set.to_string());
            self.needed
                .extend(set.split(|c: char| !c.is_alphanumeric() && c != '_').map(ToString::to_string));
        }
        let runtime = possible(schema, definition.ty.inner_named_type()).into_iter().collect();
        self.known.entry(at).or_default().push((definition.ty.clone(), runtime));
    }

    /// A field's type where null is only where all subgraphs allow it.
    fn strict(&self, at: &At, ty: &Type) -> Type {
        let known = self.known.get(at).into_iter().flatten();
        let strict = known.fold(ty.clone(), |ty, (other, _)| stricter(&ty, other));
        if self.key_fields.contains(&at.1) { strict.non_null() } else { strict }
    }

    /// The runtime types of a field that every subgraph with the field knows.
    fn runtime(&self, at: &At, possible: Vec<String>) -> Vec<String> {
        let known = self.known.get(at).into_iter().flatten();
        let interface = |types: &BTreeSet<String>, ty: &String| {
            types.contains(ty) || !types.iter().any(|t| possible.contains(t))
        };
        let known: Vec<_> = known.collect();
        possible.iter().filter(|ty| known.iter().all(|(_, types)| interface(types, ty))).cloned().collect()
    }
}

fn stricter(a: &Type, b: &Type) -> Type {
    let ty = match (a, b) {
        (Type::List(a) | Type::NonNullList(a), Type::List(b) | Type::NonNullList(b)) => {
            Type::List(Box::new(stricter(a, b)))
        }
        (a, _) => a.clone().nullable(),
    };
    if a.is_non_null() || b.is_non_null() { ty.non_null() } else { ty }
}

/// Makes worlds.
pub struct Maker<'a> {
    pub schema: &'a Schema,
    /// Without what is inaccessible: such types never occur.
    pub public: &'a Schema,
    pub federation: &'a Federation,
    pub random: &'a mut ChaCha8Rng,
    /// How often null stands where it may.
    pub null_rate: f64,
    /// How often null stands where the public schema forbids it; never in `needed`.
    pub lie_rate: f64,
    pub tokens: usize,
}

impl Maker<'_> {
    /// A world for the schema.
    pub fn world(&mut self) -> World {
        let mut entities = BTreeMap::new();
        for (name, ty) in &self.schema.types {
            if ty.is_object() && self.is_entity(name) {
                entities.insert(name.to_string(), (0..COUNT).map(|_| self.object(name, 0)).collect());
            }
        }
        let query = self.schema.schema_definition.query.as_ref().unwrap().name.clone();
        World { entities, root: self.object(&query, 0) }
    }

    /// Whether the public schema forbids null where any subgraph does.
    fn is_forbidden(&self, at: &At) -> bool {
        let public = self.public.type_field(&at.0, &at.1);
        public.is_ok_and(|public| self.federation.strict(at, &public.ty) == public.ty)
    }

    fn is_entity(&self, name: &str) -> bool {
        self.federation.entities.iter().any(|entity| entity == name)
    }

    fn object(&mut self, name: &str, depth: usize) -> Value {
        let Some(ExtendedType::Object(object)) = self.schema.types.get(name) else { panic!("{name}") };
        let mut fields = Map::new();
        fields.insert("__typename".into(), json!(name));
        for (field, definition) in &object.fields {
            let of_interface = object.implements_interfaces.iter().map(|i| i.name.as_str());
            let set = of_interface
                .chain([name])
                .find_map(|ty| self.federation.requires.get(&(ty.to_string(), field.to_string())));
            let is_leaf =
                self.schema.types.get(definition.ty.inner_named_type()).is_some_and(|t| t.is_leaf());
            let value = match set {
                Some(set) if is_leaf && !definition.ty.is_list() => {
                    json!({ "$requires": set, "type": definition.ty.inner_named_type().as_str() })
                }
                _ => {
                    let at = (name.to_string(), field.to_string());
                    let ty = self.federation.strict(&at, &definition.ty);
                    self.value(&at, &ty, depth)
                }
            };
            fields.insert(field.to_string(), value);
        }
        Value::Object(fields)
    }

    fn value(&mut self, at: &At, ty: &Type, depth: usize) -> Value {
        if !ty.is_non_null() && (depth > 3 || self.random.random_bool(self.null_rate)) {
            return Value::Null;
        }
        let lies = self.random.random_bool(self.lie_rate) && !self.federation.needed.contains(&at.1);
        if ty.is_non_null() && lies && self.is_forbidden(at) {
            return Value::Null;
        }
        match ty {
            Type::List(item) | Type::NonNullList(item) => {
                let length = if depth > 3 { 0 } else { self.random.random_range(0..4) };
                Value::Array((0..length).map(|_| self.value(at, item, depth)).collect())
            }
            Type::Named(name) | Type::NonNullNamed(name) => self.named(at, name, depth),
        }
    }

    fn named(&mut self, at: &At, name: &str, depth: usize) -> Value {
        self.tokens += 1;
        match self.schema.types.get(name) {
            Some(ExtendedType::Scalar(_)) => match name {
                "Int" => json!(self.tokens),
                "Float" => json!(self.tokens as f64 + 0.5),
                "Boolean" => json!(self.random.random_bool(0.5)),
                _ => json!(format!("t{}", self.tokens)),
            },
            Some(ExtendedType::Enum(ty)) => {
                json!(ty.values.keys().nth(self.random.random_range(0..ty.values.len())).unwrap().to_string())
            }
            _ => {
                let possible = possible(self.public, name);
                let possible = self.federation.runtime(at, possible);
                if possible.is_empty() {
                    return Value::Null;
                }
                let runtime = possible[self.random.random_range(0..possible.len())].clone();
                if self.is_entity(&runtime) {
                    return json!({"$ref": [runtime, self.random.random_range(0..COUNT)]});
                }
                self.object(&runtime, depth + 1)
            }
        }
    }
}

/// The object types that a type stands for.
pub fn possible(schema: &Schema, name: &str) -> Vec<String> {
    match schema.types.get(name) {
        Some(ExtendedType::Union(union)) => union.members.iter().map(|m| m.name.to_string()).collect(),
        Some(ExtendedType::Interface(_)) => {
            let implementers = schema.implementers_map();
            implementers
                .get(name)
                .map(|i| i.objects.iter().map(ToString::to_string).collect())
                .unwrap_or_default()
        }
        _ => vec![name.to_string()],
    }
}
