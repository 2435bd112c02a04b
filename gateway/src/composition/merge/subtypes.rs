//! Which type is a subtype of which, over all subgraphs.

use std::collections::{HashMap, HashSet};

use apollo_compiler::Name;
use apollo_compiler::ast::Type;

use crate::composition::subgraph::{Kind, Subgraph};

/// Abstract types and what they hold.
pub(crate) struct Subtypes {
    below: HashMap<Name, HashSet<Name>>,
}

impl Subtypes {
    /// Reads implementations and members from all subgraphs.
    pub(crate) fn of(subgraphs: &[Subgraph]) -> Subtypes {
        let mut below: HashMap<Name, HashSet<Name>> = HashMap::new();
        for ty in subgraphs.iter().flat_map(|subgraph| subgraph.types.values()) {
            for interface in ty.interfaces.keys() {
                below.entry(interface.clone()).or_default().insert(ty.name.clone());
            }
            if ty.kind == Kind::Union {
                below.entry(ty.name.clone()).or_default().extend(ty.members.keys().cloned());
            }
        }
        Subtypes { below }
    }

    /// Whether every value of `sub` is one of `sup`.
    pub(crate) fn is_subtype(&self, sub: &Type, sup: &Type) -> bool {
        match (sub, sup) {
            (Type::NonNullNamed(a), Type::NonNullNamed(b))
            | (Type::Named(a) | Type::NonNullNamed(a), Type::Named(b)) => self.is_named_subtype(a, b),
            (Type::NonNullList(a), Type::NonNullList(b))
            | (Type::List(a) | Type::NonNullList(a), Type::List(b)) => self.is_subtype(a, b),
            _ => false,
        }
    }

    fn is_named_subtype(&self, sub: &Name, sup: &Name) -> bool {
        sub == sup || self.below.get(sup).is_some_and(|below| below.contains(sub))
    }
}
