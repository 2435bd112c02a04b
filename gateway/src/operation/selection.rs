//! The normalized operation: a typed selection tree without fragments, the common input of planning and projection.

use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::ast;
use apollo_compiler::executable::ExecutableDocument;
use apollo_compiler::validation::Valid;
use fixedbitset::FixedBitSet;

pub use apollo_compiler::ast::OperationType;

pub use super::deferral::{Defer, DeferSite, PartId, PartSet};

/// A valid, normalized operation. Only normalization builds it.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Query, mutation or subscription.
    pub kind: OperationType,
    /// The operation's name, if the client gave one.
    pub name: Option<Name>,
    /// The variables as the client declared them (public types and default values).
    pub variables: Vec<ast::VariableDefinition>,
    /// What is selected on the root type.
    pub selection: SelectionSet,
    /// The deferred fragments; an answer that is to come whole has none.
    pub defers: Vec<Defer>,
    /// The client's document, as introspection (`__schema`, `__type`) is answered from it and the public schema.
    pub document: Arc<Valid<ExecutableDocument>>,
}

/// What is selected on one composite position.
///
/// Fields are in response order (the order of first appearance, GraphQL spec "CollectFields") as long as every field has
/// one rank only. Fields with equal
/// `response_key` in one set have disjoint `types`: for any runtime type a key stands at most once.
#[derive(Clone, Debug, Default)]
pub struct SelectionSet {
    /// The public type of the position: object, interface or union.
    pub parent: Option<Name>,
    /// The fields, in response order.
    pub fields: Vec<Field>,
    /// The deferred fragments that stand here.
    pub defers: Vec<DeferSite>,
}

/// One field of a [`SelectionSet`].
#[derive(Clone, Debug)]
pub struct Field {
    /// The key in the client's answer (alias, else name).
    pub response_key: Name,
    /// The field's name in the public schema; `__typename` too. Introspection roots (`__schema`, `__type`) too.
    pub name: Name,
    /// The arguments as written: constants and variables; order as written.
    pub arguments: Vec<(Name, Arc<ast::Value>)>,
    /// The runtime object types on which the field is selected; a subset of the possible types of the position. The
    /// field has the same declared type (`ty`) on all of them.
    pub types: TypeSet,
    /// When it is selected at all.
    pub guard: Guard,
    /// The declared public type of the field on `types`, with list and non-null wrappers.
    pub ty: ast::Type,
    /// What is selected below; `None` for leaves.
    pub selection: Option<SelectionSet>,
    /// Where it stands among its neighbours: the first of these whose guard holds says it. There are several only where
    /// `@skip` or `@include` on an earlier occurrence decide whether the field comes before others or after them.
    pub ranks: Vec<(Guard, u32)>,
    /// The parts of the answer in whose fragments it is selected.
    pub parts: PartSet,
    /// Those of them with which it can come first: none of the others stands around them.
    pub due: PartSet,
}

/// A set of object types, as indices into the public schema's object types in schema order
/// (`Supergraph::object_type_id`, `Supergraph::object_type_name`).
pub type TypeSet = FixedBitSet;

/// A disjunction of conjunctions over Boolean variables, from `@skip` and `@include` with variables. Constant conditions
/// are applied during normalization, so neither "never" nor a guard over constants exists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Guard {
    /// Any of these must hold; empty means *always*. Every conjunction is non-empty, sorted and without duplicates.
    pub any_of: Vec<Vec<Condition>>,
}

/// `$variable` must be `value`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Condition {
    /// The Boolean variable's name, without `$`.
    pub variable: Name,
    /// The value it must have.
    pub value: bool,
}

impl Guard {
    /// Any of the conjunctions, absorbed (`a or a and b` is `a`; `a or not a` is always). An empty conjunction is always.
    pub fn any(conjunctions: impl IntoIterator<Item = Vec<Condition>>) -> Self {
        let mut kept: Vec<Vec<Condition>> = Vec::new();
        for candidate in conjunctions {
            if kept.iter().any(|known| is_part(known, &candidate)) {
                continue;
            }
            kept.retain(|known| !is_part(&candidate, known));
            kept.push(candidate);
        }
        let opposite = |one: &Condition| Condition { variable: one.variable.clone(), value: !one.value };
        let always = kept.iter().any(|all| match all.as_slice() {
            [] => true,
            [only] => kept.contains(&vec![opposite(only)]),
            _ => false,
        });
        if always {
            return Self::default();
        }
        kept.sort();
        Self { any_of: kept }
    }

    /// Holds when either does.
    pub fn or(&self, other: &Self) -> Self {
        if self.is_always() || other.is_always() {
            return Self::default();
        }
        Self::any(self.any_of.iter().chain(&other.any_of).cloned())
    }

    /// Holds at least when both do; gives up precision (towards *always*) rather than grow without bound.
    pub fn and(&self, other: &Self) -> Self {
        if self.is_always() {
            return other.clone();
        }
        if other.is_always() || self.any_of.len() * other.any_of.len() > 16 {
            return self.clone();
        }
        let mut both = Vec::new();
        for one in &self.any_of {
            for two in &other.any_of {
                let mut all: Vec<Condition> = one.iter().chain(two).cloned().collect();
                all.sort();
                all.dedup();
                if all.windows(2).all(|pair| pair[0].variable != pair[1].variable) {
                    both.push(all);
                }
            }
        }
        match both.is_empty() {
            // Never both: nothing depends on it, and a guard cannot say "never".
            true => self.clone(),
            false => Self::any(both),
        }
    }

    /// Whether it holds for every assignment of variables.
    pub fn is_always(&self) -> bool {
        self.any_of.is_empty()
    }

    /// Whether it holds when `value_of` gives each variable's value.
    pub fn holds(&self, value_of: impl Fn(&str) -> bool) -> bool {
        self.any_of.is_empty()
            || self.any_of.iter().any(|all| all.iter().all(|c| value_of(&c.variable) == c.value))
    }
}

fn is_part(small: &[Condition], large: &[Condition]) -> bool {
    small.iter().all(|condition| large.contains(condition))
}
