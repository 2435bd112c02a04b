//! The composite types of a supergraph by small integer ids, and the object types that may stand behind each.

use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Schema};
use fixedbitset::FixedBitSet;
use rustc_hash::FxHashMap;

/// Index of a composite type (object, interface or union) of the supergraph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub u32);

/// What a type is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TypeKind {
    /// An object type.
    Object,
    /// An interface.
    Interface,
    /// A union.
    Union,
    /// An object type of a subgraph that stands for an interface of others (`@interfaceObject`).
    InterfaceObject,
}

/// A composite type.
#[derive(Clone, Debug)]
pub struct CompositeType {
    /// Its name, equal in every subgraph.
    pub name: Name,
    /// What it is in the supergraph.
    pub kind: TypeKind,
    /// Its object types; for an object, itself.
    pub possible: FixedBitSet,
    /// Its object id, if it is an object type.
    pub object: Option<usize>,
}

/// All composite types. Object ids count the public object types first, in the order of the public schema, so that sets
/// of public types and sets with inaccessible ones agree.
#[derive(Clone, Debug, Default)]
pub struct TypeTable {
    types: Vec<CompositeType>,
    ids: FxHashMap<Name, TypeId>,
    objects: Vec<TypeId>,
    public_objects: usize,
}

impl TypeTable {
    pub(super) fn build(full: &Schema, public: &Schema) -> Self {
        let mut table = Self::default();
        let is_object = |schema: &Schema, name: &Name| {
            schema.types.get(name).is_some_and(|ty| ty.is_object() && !ty.is_built_in())
        };
        let public_names = public.types.keys().filter(|name| is_object(public, name));
        let other_names = full.types.keys().filter(|name| is_object(full, name) && !is_object(public, name));
        table.public_objects = public_names.clone().count();
        for name in public_names.chain(other_names) {
            let object = Some(table.objects.len());
            let id = table.add(name, TypeKind::Object, object);
            table.objects.push(id);
        }
        for (name, ty) in &full.types {
            match ty {
                ExtendedType::Interface(_) => table.add(name, TypeKind::Interface, None),
                ExtendedType::Union(_) => table.add(name, TypeKind::Union, None),
                _ => continue,
            };
        }
        table.fill_possible(full);
        table
    }

    fn add(&mut self, name: &Name, kind: TypeKind, object: Option<usize>) -> TypeId {
        let id = TypeId(self.types.len() as u32);
        self.ids.insert(name.clone(), id);
        self.types.push(CompositeType { name: name.clone(), kind, possible: FixedBitSet::new(), object });
        id
    }

    fn fill_possible(&mut self, full: &Schema) {
        let count = self.objects.len();
        for ty in &mut self.types {
            ty.possible = FixedBitSet::with_capacity(count);
            if let Some(object) = ty.object {
                ty.possible.insert(object);
            }
        }
        for (name, ty) in &full.types {
            match ty {
                ExtendedType::Object(object) => {
                    let Some(id) = self.object_id(name) else { continue };
                    for interface in &object.implements_interfaces {
                        if let Some(interface) = self.ids.get(&interface.name) {
                            self.types[interface.0 as usize].possible.insert(id);
                        }
                    }
                }
                ExtendedType::Union(union) => {
                    let Some(own) = self.ids.get(name).copied() else { continue };
                    for member in &union.members {
                        if let Some(id) = self.object_id(&member.name) {
                            self.types[own.0 as usize].possible.insert(id);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// The id of a composite type.
    pub fn id(&self, name: &str) -> Option<TypeId> {
        self.ids.get(name).copied()
    }

    /// A composite type.
    pub fn get(&self, id: TypeId) -> &CompositeType {
        &self.types[id.0 as usize]
    }

    /// How many composite types there are.
    pub fn len(&self) -> usize {
        self.types.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.types.is_empty()
    }

    /// All ids.
    pub fn ids(&self) -> impl Iterator<Item = TypeId> + use<> {
        (0..self.types.len() as u32).map(TypeId)
    }

    /// The ids of interfaces and unions.
    pub fn abstract_ids(&self) -> impl Iterator<Item = TypeId> + use<> {
        self.ids().skip(self.objects.len())
    }

    /// The object id of an object type.
    pub fn object_id(&self, name: &str) -> Option<usize> {
        self.get(self.id(name)?).object
    }

    /// The type of an object id.
    pub fn object(&self, object: usize) -> TypeId {
        self.objects[object]
    }

    /// How many object types there are, inaccessible ones included.
    pub fn object_count(&self) -> usize {
        self.objects.len()
    }

    /// How many of them are public: the smallest ids.
    pub fn public_object_count(&self) -> usize {
        self.public_objects
    }

    /// The object types behind a name; empty when it is no composite type.
    pub fn possible(&self, name: &str) -> FixedBitSet {
        match self.id(name) {
            Some(id) => self.get(id).possible.clone(),
            None => FixedBitSet::with_capacity(self.objects.len()),
        }
    }
}
