//! What of the subgraphs' schemas restricts the data that all of them can tell the truth about.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::Schema;
use apollo_compiler::ast::{FieldDefinition, Type};
use apollo_compiler::schema::ExtendedType;

/// A type and a field of it.
pub type At = (String, String);

/// What one subgraph says of a field.
struct Known {
    ty: Type,
    /// The runtime types, or enum values, that it knows of the field's type; empty for other leaves.
    values: BTreeSet<String>,
}

/// What of the schemas makes data special.
#[derive(Default)]
pub struct Federation {
    /// Types with a key anywhere; interfaces too.
    pub entities: BTreeSet<String>,
    /// By (type, field): the field set that the field is computed from.
    pub requires: BTreeMap<At, String>,
    /// Names of fields in keys; they are never null.
    key_fields: BTreeSet<String>,
    /// Names of fields in keys and required field sets, and of interface objects' fields, which are asked for before it
    /// is known whether the client selects them on the object's type.
    pub needed: BTreeSet<String>,
    /// Object types of which none may become null by what is wrong inside it.
    firm: BTreeSet<String>,
    known: BTreeMap<At, Vec<Known>>,
}

impl Federation {
    /// Reads the SDLs' directives.
    pub fn of(subgraphs: &[(String, Schema)]) -> Federation {
        let mut federation = Federation::default();
        for (_, schema) in subgraphs {
            for (name, ty) in &schema.types {
                let keys = ty.directives().get_all("key");
                for key in keys.filter_map(|key| key.specified_argument_by_name("fields")?.as_str()) {
                    federation.entities.insert(name.to_string());
                    federation.key_fields.extend(words(key));
                    federation.needed.extend(words(key));
                }
                let fields = match ty {
                    ExtendedType::Object(object) => &object.fields,
                    ExtendedType::Interface(interface) => &interface.fields,
                    _ => continue,
                };
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
            self.needed.extend(words(set));
        }
        for argument in &definition.arguments {
            let from = argument.directives.get("fromContext");
            let taken = from.and_then(|from| from.specified_argument_by_name("field")?.as_str());
            self.needed.extend(taken.into_iter().flat_map(words));
        }
        let values = match schema.types.get(definition.ty.inner_named_type()) {
            Some(ExtendedType::Enum(ty)) => ty.values.keys().map(ToString::to_string).collect(),
            Some(ty) if !ty.is_leaf() => {
                possible(schema, definition.ty.inner_named_type()).into_iter().collect()
            }
            _ => BTreeSet::new(),
        };
        self.known.entry(at).or_default().push(Known { ty: definition.ty.clone(), values });
    }

    /// Whether a field of this name is part of any key.
    pub fn is_key(&self, field: &str) -> bool {
        self.key_fields.contains(field)
    }

    /// A field's type where null is only where all subgraphs allow it.
    pub fn strict(&self, at: &At, ty: &Type) -> Type {
        let known = self.known.get(at).into_iter().flatten();
        let strict = known.fold(ty.clone(), |ty, other| stricter(&ty, &other.ty));
        if self.key_fields.contains(&at.1) { strict.non_null() } else { strict }
    }

    /// Finds the object types whose objects must not become null by what is wrong inside them, since the specifications leave
    /// open what is answered then. In each case null would reach a field
    ///
    /// - that a subgraph declares stricter than the public schema: null goes further up in the answer of that subgraph than
    ///   in one executor's, and whether it is asked is for the planner to choose;
    /// - that subgraphs need of each other, in a key, a required set or by a context: it is selected together with what the
    ///   client selects there, and sent as null because of a field that has nothing to do with it;
    /// - of an interface object: that is asked for before it is known whether the client selects it on the object's type.
    pub fn find_firm(&mut self, full: &Schema, public: &Schema) {
        let mut changed = true;
        while changed {
            let before = self.firm.len();
            for (name, ty) in &full.types {
                let ExtendedType::Object(object) = ty else { continue };
                for (field, definition) in &object.fields {
                    let at = (name.to_string(), field.to_string());
                    let declared = public.type_field(name, field).unwrap_or(definition);
                    let reaches = match reach(&self.strict(&at, &definition.ty), &declared.ty) {
                        _ if self.needed.contains(&at.1) => true,
                        Reach::Apart => true,
                        Reach::Holder => self.firm.contains(name.as_str()),
                        Reach::Inside => false,
                    };
                    if reaches {
                        self.firm.extend(possible(full, definition.ty.inner_named_type()));
                    }
                }
            }
            changed = self.firm.len() > before;
        }
    }

    /// Whether a field may be null by an error: all executors then put null at the same place, and none of it is firm.
    pub fn may_break(&self, at: &At, public: &Type) -> bool {
        match reach(&outer(&self.strict(at, public)), &outer(public)) {
            Reach::Inside => true,
            Reach::Holder => !self.firm.contains(&at.0),
            Reach::Apart => false,
        }
    }

    /// The runtime types or enum values of a field that every subgraph with the field knows, also where it has it by an
    /// interface.
    pub fn values(&self, schema: &Schema, at: &At, possible: Vec<String>) -> Vec<String> {
        let interfaces = match schema.types.get(at.0.as_str()) {
            Some(ExtendedType::Object(object)) => object.implements_interfaces.iter().collect(),
            _ => Vec::new(),
        };
        let places = interfaces.into_iter().map(|interface| (interface.name.to_string(), at.1.clone()));
        let known: Vec<&Known> =
            places.chain([at.clone()]).filter_map(|place| self.known.get(&place)).flatten().collect();
        let allows = |known: &&&Known, value: &String| {
            known.values.contains(value) || !known.values.iter().any(|other| possible.contains(other))
        };
        possible.iter().filter(|value| known.iter().all(|k| allows(&k, value))).cloned().collect()
    }
}

fn words(set: &str) -> impl Iterator<Item = String> + '_ {
    set.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).map(String::from)
}

/// How far null goes from the innermost values of a field.
enum Reach {
    /// Not out of the field.
    Inside,
    /// To the object that has the field.
    Holder,
    /// It depends on who is asked.
    Apart,
}

fn reach(strict: &Type, public: &Type) -> Reach {
    let inner = match (strict, public) {
        (Type::List(strict) | Type::NonNullList(strict), Type::List(public) | Type::NonNullList(public)) => {
            reach(strict, public)
        }
        _ => Reach::Holder,
    };
    match inner {
        Reach::Holder if strict.is_non_null() != public.is_non_null() => Reach::Apart,
        Reach::Holder if !strict.is_non_null() => Reach::Inside,
        found => found,
    }
}

/// Of a field's type, whether the field itself may be null.
fn outer(ty: &Type) -> Type {
    let name = Type::Named(ty.inner_named_type().clone());
    if ty.is_non_null() { name.non_null() } else { name }
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

/// The object types that a type stands for.
pub fn possible(schema: &Schema, name: &str) -> Vec<String> {
    match schema.types.get(name) {
        Some(ExtendedType::Union(union)) => union.members.iter().map(|m| m.name.to_string()).collect(),
        Some(ExtendedType::Interface(_)) => {
            let implements = |ty: &&ExtendedType| match ty {
                ExtendedType::Object(object) => object.implements_interfaces.iter().any(|i| i.name == name),
                _ => false,
            };
            schema.types.values().filter(implements).map(|ty| ty.name().to_string()).collect()
        }
        _ => vec![name.to_string()],
    }
}
