//! Which objects above a field give it the values that contexts bring: found before anything is solved, from the operation
//! alone, and wanted there like any field that only the plan needs.

use super::needs::{Needs, Want};
use crate::operation::selection::{Field, Guard, TypeSet};
use crate::supergraph::{ContextArgument, ContextArgumentId, Supergraph};

/// Index of a [`Use`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct UseId(pub u32);

/// An argument of one field of the operation that objects above fill in.
#[derive(Clone, Debug, Default)]
pub(super) struct Use {
    /// Objects that set the context and give null: how many fields lead to them, and their types.
    pub nulls: Vec<(usize, TypeSet)>,
}

/// The fields that lead to where one stands, from the top.
pub(super) struct Above<'o> {
    levels: Vec<Level<'o>>,
    /// Whether the fields at the top may be asked for values: those of a mutation are not.
    is_repeatable: bool,
}

struct Level<'o> {
    field: &'o Field,
    /// What objects that the field is asked of give to fields below.
    given: Vec<Want>,
}

impl<'o> Above<'o> {
    pub fn new(is_repeatable: bool) -> Self {
        Self { levels: Vec::new(), is_repeatable }
    }

    /// Whether one stands at the top.
    pub fn is_empty(&self) -> bool {
        self.levels.is_empty()
    }

    /// Goes below a field.
    pub fn enter(&mut self, field: &'o Field) {
        self.levels.push(Level { field, given: Vec::new() });
    }

    /// Leaves a field: what its objects give to fields below.
    pub fn leave(&mut self) -> Vec<Want> {
        self.levels.pop().map(|level| level.given).unwrap_or_default()
    }
}

impl Needs<'_> {
    /// The arguments of a field that objects above fill in whatever their types are; what they give is wanted of them.
    pub(super) fn contexts_of(
        &mut self,
        supergraph: &Supergraph,
        (field, guard): (&Field, &Guard),
        above: &mut Above<'_>,
    ) -> Vec<(ContextArgumentId, UseId)> {
        let mut found = Vec::new();
        for (id, argument) in supergraph.context_arguments() {
            if takes(supergraph, argument, field) {
                found.extend(self.fill(supergraph, id, guard, above).map(|filled| (id, filled)));
            }
        }
        found
    }

    /// Goes up to the nearest objects that set the context, until all types have one.
    fn fill(
        &mut self,
        supergraph: &Supergraph,
        id: ContextArgumentId,
        guard: &Guard,
        above: &mut Above<'_>,
    ) -> Option<UseId> {
        let values = &supergraph.context_argument(id).values;
        let first = usize::from(!above.is_repeatable);
        let sets = |Level { field, .. }: &Level<'_>| {
            !field.types.is_clear() && field.types.ones().all(|object| values.contains_key(&object))
        };
        let last = (first..above.levels.len()).rev().find(|depth| sets(&above.levels[*depth]))?;
        let filled = self.add_use(Use::default());
        let mut guard = guard.clone();
        for depth in (last..above.levels.len()).rev() {
            guard = guard.and(&above.levels[depth].field.guard);
            let types = above.levels[depth].field.types.clone();
            let mut nulls = TypeSet::with_capacity(types.len());
            for object in types.ones() {
                match values.get(&object) {
                    None => {}
                    Some(None) => nulls.insert(object),
                    Some(Some(set)) => {
                        let mut one = TypeSet::with_capacity(types.len());
                        one.insert(object);
                        let value = self.of_context(*set, one, guard.clone(), filled);
                        value.into_iter().for_each(|value| give(&mut above.levels[depth].given, value));
                    }
                }
            }
            if !nulls.is_clear() {
                self.note_nulls(filled, depth, nulls);
            }
        }
        Some(filled)
    }
}

fn takes(supergraph: &Supergraph, argument: &ContextArgument, field: &Field) -> bool {
    let of = &supergraph.types().get(argument.parent).possible;
    argument.field == field.name && !of.is_disjoint(&field.types)
}

/// When any of the fields that take values from contexts is there: they may be asked for together, so the values of all
/// of them are.
pub(super) fn guard(supergraph: &Supergraph, fields: &[Field]) -> Guard {
    let taking = fields.iter().filter(|field| {
        supergraph.context_arguments().any(|(_, argument)| takes(supergraph, argument, field))
    });
    taking.map(|field| field.guard.clone()).reduce(|one, two| one.or(&two)).unwrap_or_default()
}

/// Types of which the same leaf is taken want it together.
fn give(given: &mut Vec<Want>, value: Want) {
    let same = |known: &&mut Want| {
        known.gives == value.gives
            && known.name == value.name
            && known.arguments == value.arguments
            && known.child.is_none()
            && value.child.is_none()
    };
    match given.iter_mut().find(same) {
        Some(known) => known.types.union_with(&value.types),
        None => given.push(value),
    }
}
