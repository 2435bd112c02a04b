//! Data for a whole supergraph, made from its schema. What stands where depends on the seed and on the place only, so that
//! leaving out a type or a field changes nothing else; leaves say where they stand, entities stand by reference.

use std::collections::BTreeMap;
use std::hash::BuildHasher;

use apollo_compiler::Schema;
use apollo_compiler::ast::Type;
use apollo_compiler::schema::ExtendedType;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value, json};

pub use super::federation::{At, Federation, possible};

/// Entities per type.
pub const COUNT: usize = 3;

/// The merged data of all subgraphs.
#[derive(Debug, Default)]
pub struct World {
    /// By type, the entities. A reference is `{"$ref": [type, index]}`, a field that fails `{"$error": message}`.
    pub entities: BTreeMap<String, Vec<Value>>,
    /// The objects of the root types.
    pub roots: BTreeMap<String, Value>,
}

/// How unpleasant the data is; each a probability.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rates {
    /// Null where it may stand.
    pub null: f64,
    /// Null where the public schema forbids it; never in what subgraphs need of each other.
    pub lie: f64,
    /// A field that fails; never in what subgraphs need of each other.
    pub error: f64,
}

/// Makes worlds.
pub struct Maker<'a> {
    pub schema: &'a Schema,
    /// Without what is inaccessible: such types never occur.
    pub public: &'a Schema,
    pub federation: &'a Federation,
    pub seed: u64,
    pub rates: Rates,
}

impl Maker<'_> {
    /// A world for the schema.
    pub fn world(&self) -> World {
        let mut world = World::default();
        for (name, ty) in &self.schema.types {
            if ty.is_object() && self.is_entity(name) {
                let all = (0..COUNT).map(|index| self.object(name, &format!("{name}/{index}"), 0));
                world.entities.insert(name.to_string(), all.collect());
            }
        }
        let roots = &self.schema.schema_definition;
        for root in roots.query.iter().chain(&roots.mutation) {
            world.roots.insert(root.name.to_string(), self.object(&root.name, &root.name, 0));
        }
        world
    }

    fn random(&self, place: &str) -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(rustc_hash::FxBuildHasher.hash_one((self.seed, place)))
    }

    /// Whether the public schema forbids null where any subgraph does.
    fn is_forbidden(&self, at: &At) -> bool {
        let public = self.public.type_field(&at.0, &at.1);
        public.is_ok_and(|public| self.federation.strict(at, &public.ty) == public.ty)
    }

    /// Whether a field may fail, or be null though that is forbidden.
    fn may_break(&self, at: &At) -> bool {
        let public = self.public.type_field(&at.0, &at.1);
        public.is_ok_and(|public| self.federation.may_break(at, &public.ty))
    }

    fn is_entity(&self, name: &str) -> bool {
        self.federation.entities.contains(name)
    }

    fn object(&self, name: &str, place: &str, depth: usize) -> Value {
        let Some(ExtendedType::Object(object)) = self.schema.types.get(name) else { panic!("{name}") };
        let mut fields = Map::new();
        fields.insert("__typename".into(), json!(name));
        for (field, definition) in &object.fields {
            let of_interface = object.implements_interfaces.iter().map(|i| i.name.as_str());
            let set = of_interface
                .chain([name])
                .find_map(|ty| self.federation.requires.get(&(ty.to_string(), field.to_string())));
            let place = format!("{place}/{field}");
            let at = (name.to_string(), field.to_string());
            let fails = !self.federation.needed.contains(&at.1)
                && self.may_break(&at)
                && self.random(&format!("{place}!")).random_bool(self.rates.error);
            let value = match set {
                _ if fails => json!({ "$error": format!("boom {place}") }),
                Some(set) => {
                    json!({ "$requires": set, "type": definition.ty.inner_named_type().as_str() })
                }
                None => self.value(&at, &self.federation.strict(&at, &definition.ty), &place, depth),
            };
            fields.insert(field.to_string(), value);
        }
        Value::Object(fields)
    }

    fn value(&self, at: &At, ty: &Type, place: &str, depth: usize) -> Value {
        let mut random = self.random(place);
        if !ty.is_non_null() && (depth > 3 || random.random_bool(self.rates.null)) {
            return Value::Null;
        }
        let lies = random.random_bool(self.rates.lie) && !self.federation.needed.contains(&at.1);
        if ty.is_non_null() && lies && self.is_forbidden(at) && self.may_break(at) {
            return Value::Null;
        }
        match ty {
            Type::List(item) | Type::NonNullList(item) => {
                let length = if depth > 3 { 0 } else { random.random_range(0..4) };
                (0..length).map(|index| self.value(at, item, &format!("{place}/{index}"), depth)).collect()
            }
            Type::Named(name) | Type::NonNullNamed(name) => self.named(at, name, (place, depth), &mut random),
        }
    }

    fn named(&self, at: &At, name: &str, (place, depth): (&str, usize), random: &mut ChaCha8Rng) -> Value {
        let values = match self.schema.types.get(name) {
            Some(ExtendedType::Scalar(_)) => return scalar(name, place, random),
            Some(ExtendedType::Enum(ty)) => ty.values.keys().map(ToString::to_string).collect(),
            _ => possible(self.public, name),
        };
        let values = self.federation.values(self.schema, at, values);
        if values.is_empty() {
            return Value::Null;
        }
        let chosen = values[random.random_range(0..values.len())].clone();
        match self.schema.types.get(name) {
            Some(ExtendedType::Enum(_)) => json!(chosen),
            _ if self.is_entity(&chosen) => {
                // What stands in a key tells entities apart.
                let own = place.split('/').nth(1).and_then(|index| index.parse::<usize>().ok());
                let own = own.filter(|_| self.federation.is_key(&at.1));
                json!({"$ref": [chosen, own.unwrap_or_else(|| random.random_range(0..COUNT))]})
            }
            _ => self.object(&chosen, place, depth + 1),
        }
    }
}

fn scalar(name: &str, place: &str, random: &mut ChaCha8Rng) -> Value {
    let number: u32 = random.random_range(0..1_000_000);
    match name {
        "Int" => json!(number),
        "Float" => json!(f64::from(number) + 0.5),
        "Boolean" => json!(random.random_bool(0.5)),
        "String" | "ID" => json!(place),
        _ => {
            json!({"at": place, "exact": [9_007_199_254_740_993_u64 + u64::from(number), "\u{1f600}\"", null]})
        }
    }
}
