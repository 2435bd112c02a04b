//! Field sets (`@key`, `@requires`, `@provides`) as typed trees without fragments.

use std::sync::Arc;

use apollo_compiler::ast;
use apollo_compiler::executable;
use apollo_compiler::parser::Parser;
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Schema};
use fixedbitset::FixedBitSet;

use super::error::SupergraphError;
use super::types::TypeTable;

/// Index of a [`FieldSet`] in the supergraph; nested sets have ids of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldSetId(pub u32);

/// The fields of one level of a field set. For any object type, a (name, arguments) pair stands at most once.
#[derive(Clone, Debug, Default)]
pub struct FieldSet {
    /// In the order of first appearance.
    pub fields: Vec<FieldSetField>,
}

/// A field of a [`FieldSet`].
#[derive(Clone, Debug)]
pub struct FieldSetField {
    /// The field's name; `__typename` too.
    pub name: Name,
    /// Constant arguments.
    pub arguments: Vec<(Name, Arc<ast::Value>)>,
    /// The object types on which it is selected, inaccessible ones included.
    pub types: FixedBitSet,
    /// The supergraph's type of the field.
    pub ty: ast::Type,
    /// What is selected below; `None` for leaves.
    pub selection: Option<FieldSetId>,
}

/// All field sets of a supergraph.
#[derive(Debug, Default)]
pub(super) struct FieldSets {
    pub(super) sets: Vec<FieldSet>,
}

/// One place where a field was selected.
struct Occurrence<'a> {
    types: FixedBitSet,
    field: &'a executable::Field,
}

impl FieldSets {
    /// Reads a field set written against `type_name`.
    pub(super) fn parse(
        &mut self,
        schema: &Valid<Schema>,
        table: &TypeTable,
        type_name: &Name,
        text: &str,
    ) -> Result<FieldSetId, SupergraphError> {
        let wrong = |reason: String| SupergraphError::Join { at: type_name.to_string(), reason };
        let parsed = Parser::new()
            .recursion_limit(64)
            .parse_field_set(schema, type_name.clone(), text, "field set")
            .map_err(|errors| wrong(format!("field set `{text}`: {}", errors.errors)))?;
        let possible = table.possible(type_name);
        Ok(self.level(table, vec![(possible, &parsed.selection_set)]))
    }

    fn level(
        &mut self,
        table: &TypeTable,
        sets: Vec<(FixedBitSet, &executable::SelectionSet)>,
    ) -> FieldSetId {
        let mut groups: Vec<Vec<Occurrence<'_>>> = Vec::new();
        for (types, set) in sets {
            collect(table, &types, set, &mut groups);
        }
        let mut fields = Vec::new();
        for group in &groups {
            for (types, members) in partition(group) {
                fields.push(self.field(table, types, &members));
            }
        }
        self.sets.push(FieldSet { fields });
        FieldSetId((self.sets.len() - 1) as u32)
    }

    fn field(
        &mut self,
        table: &TypeTable,
        types: FixedBitSet,
        members: &[&executable::Field],
    ) -> FieldSetField {
        let first = members[0];
        let ty = first.definition.ty.clone();
        let nested: Vec<_> = members
            .iter()
            .filter(|field| !field.selection_set.selections.is_empty())
            .map(|field| (table.possible(ty.inner_named_type()), &field.selection_set))
            .collect();
        FieldSetField {
            name: first.name.clone(),
            arguments: arguments(first),
            types,
            selection: (!nested.is_empty()).then(|| self.level(table, nested)),
            ty,
        }
    }
}

fn arguments(field: &executable::Field) -> Vec<(Name, Arc<ast::Value>)> {
    field.arguments.iter().map(|a| (a.name.clone(), Arc::new(a.value.as_ref().clone()))).collect()
}

fn collect<'a>(
    table: &TypeTable,
    types: &FixedBitSet,
    set: &'a executable::SelectionSet,
    groups: &mut Vec<Vec<Occurrence<'a>>>,
) {
    for selection in &set.selections {
        match selection {
            executable::Selection::Field(field) => {
                let occurrence = Occurrence { types: types.clone(), field };
                let same = |other: &Occurrence<'_>| {
                    other.field.name == field.name && other.field.arguments == field.arguments
                };
                match groups.iter_mut().find(|group| group.first().is_some_and(same)) {
                    Some(group) => group.push(occurrence),
                    None => groups.push(vec![occurrence]),
                }
            }
            executable::Selection::InlineFragment(fragment) => {
                let mut narrowed = types.clone();
                if let Some(condition) = &fragment.type_condition {
                    narrowed.intersect_with(&table.possible(condition));
                }
                if !narrowed.is_clear() || types.is_clear() {
                    collect(table, &narrowed, &fragment.selection_set, groups);
                }
            }
            executable::Selection::FragmentSpread(_) => {}
        }
    }
}

/// Splits occurrences of one field into classes of object types that see the same occurrences.
fn partition<'a>(group: &[Occurrence<'a>]) -> Vec<(FixedBitSet, Vec<&'a executable::Field>)> {
    let mut classes: Vec<(FixedBitSet, Vec<&'a executable::Field>)> = Vec::new();
    for occurrence in group {
        let mut rest = occurrence.types.clone();
        let mut next = Vec::new();
        for (types, members) in classes {
            let mut both = types.clone();
            both.intersect_with(&occurrence.types);
            rest.difference_with(&types);
            if both.is_clear() && !(types.is_clear() && occurrence.types.is_clear()) {
                next.push((types, members));
                continue;
            }
            let mut only = types;
            only.difference_with(&both);
            if !only.is_clear() {
                next.push((only, members.clone()));
            }
            let mut joined = members;
            joined.push(occurrence.field);
            next.push((both, joined));
        }
        if !rest.is_clear() || (occurrence.types.is_clear() && next.is_empty()) {
            next.push((rest, vec![occurrence.field]));
        }
        classes = next;
    }
    classes
}
