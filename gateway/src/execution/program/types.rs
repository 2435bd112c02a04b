//! Runtime types as small numbers: the supergraph's, which type sets use.

use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::collections::HashMap;
use apollo_compiler::schema::{ExtendedType, Implementers};
use fixedbitset::FixedBitSet;

use crate::supergraph::Supergraph;

/// An object type, by the number that type sets use.
pub(crate) type TypeId = u32;

/// The runtime type of an object of which nobody told it.
pub(crate) const UNKNOWN_TYPE: TypeId = u32::MAX;

/// The runtime types of a supergraph.
#[derive(Debug)]
pub(crate) struct RuntimeTypes {
    pub supergraph: Arc<Supergraph>,
    /// Of the public schema.
    pub implementers: HashMap<Name, Implementers>,
}

impl RuntimeTypes {
    pub fn new(supergraph: Arc<Supergraph>) -> RuntimeTypes {
        RuntimeTypes { implementers: supergraph.api_schema().implementers_map(), supergraph }
    }

    /// The number of an object type; `UNKNOWN_TYPE` for other names.
    pub fn id(&self, name: &str) -> TypeId {
        self.supergraph.object_type_id(name).map_or(UNKNOWN_TYPE, |id| id as TypeId)
    }

    pub fn name(&self, id: TypeId) -> Option<&Name> {
        (id != UNKNOWN_TYPE).then(|| self.supergraph.object_type_name(id as usize))
    }

    /// The numbers of these types.
    pub fn set(&self, names: &[Name]) -> FixedBitSet {
        names.iter().filter_map(|name| self.supergraph.object_type_id(name)).collect()
    }

    /// The object types that a type of the public schema stands for.
    pub fn possible(&self, name: &Name) -> FixedBitSet {
        match self.supergraph.api_schema().types.get(name) {
            Some(ExtendedType::Object(_)) => self.set(std::slice::from_ref(name)),
            Some(ExtendedType::Union(union)) => union
                .members
                .iter()
                .filter_map(|member| self.supergraph.object_type_id(&member.name))
                .collect(),
            Some(ExtendedType::Interface(_)) => {
                let objects = self.implementers.get(name).into_iter().flat_map(|i| &i.objects);
                objects.filter_map(|object| self.supergraph.object_type_id(object)).collect()
            }
            _ => FixedBitSet::new(),
        }
    }
}
