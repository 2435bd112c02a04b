//! Drafted fields to selections in terms of the subgraph's schema: on the type itself where it has the field for every
//! type that counts, else under fragments.

use apollo_compiler::ast;
use apollo_compiler::{Name, name};

use crate::operation::selection::{Guard, TypeSet};
use crate::planning::emit::{Emitter, FieldDraft, SelectionDraft, SelectionIndex, StepDraft, StepKind};
use crate::planning::query_plan::{FetchField, Selection};
use crate::supergraph::{SubgraphType, TypeKind};

/// What a step asks.
pub(super) fn selections(emitter: &Emitter<'_>, step: &StepDraft) -> Vec<Selection> {
    let inner = of_type(emitter, step.selection);
    match step.kind {
        StepKind::Root(_) | StepKind::Entities => inner,
        StepKind::Interface(ty) => vec![Selection::InlineFragment {
            type_condition: emitter.supergraph.types().get(ty).name.clone(),
            selections: inner,
        }],
    }
}

/// A field as it is asked on the object types of its draft.
struct Asked<'d> {
    field: &'d FieldDraft,
    below: Vec<Selection>,
}

fn of_type(emitter: &Emitter<'_>, index: SelectionIndex) -> Vec<Selection> {
    let draft = &emitter.selections[index];
    let known = draft.ty.and_then(|ty| emitter.supergraph.known(draft.subgraph, ty));
    let mut selections = Vec::new();
    let mut apart = Vec::new();
    for family in families(&draft.fields) {
        let mut asked: Vec<Asked<'_>> = family.into_iter().map(|field| below(emitter, field)).collect();
        if let Some((ty, common)) = direct(emitter, draft, known, &asked) {
            let common = asked.remove(common);
            asked.iter_mut().for_each(|other| other.below = without(&other.below, &common.below));
            asked.retain(|other| !other.below.is_empty());
            selections.push(Selection::Field(render(&common, ty)));
        }
        apart.extend(asked);
    }
    selections.extend(by_type(emitter, draft, known, &apart));
    if selections.is_empty() {
        let knows_type = known.is_none_or(|known| known.kind != TypeKind::InterfaceObject);
        selections.push(Selection::Field(typename(knows_type.then(|| name!("__typename")))));
    }
    selections
}

/// Drafts of one field, asked on different types for different things below: nobody is asked for what the client does not
/// select on a runtime type, for null or an error there would be told, or reach further up than where it was asked.
fn families(fields: &[FieldDraft]) -> Vec<Vec<&FieldDraft>> {
    let mut families: Vec<Vec<&FieldDraft>> = Vec::new();
    for field in fields {
        let same = |family: &&mut Vec<&FieldDraft>| {
            family.first().is_some_and(|first| {
                first.slot == field.slot
                    && first.name == field.name
                    && first.arguments == field.arguments
                    && first.guard == field.guard
                    && first.ty == field.ty
            })
        };
        match families.iter_mut().find(same) {
            Some(family) => family.push(field),
            None => families.push(vec![field]),
        }
    }
    families
}

fn below<'d>(emitter: &Emitter<'_>, field: &'d FieldDraft) -> Asked<'d> {
    Asked { field, below: field.child.map(|child| of_type(emitter, child)).unwrap_or_default() }
}

/// The type with which a field can be asked on the selection's own type, if it can; and which of the family is asked there:
/// the one that asks nothing that the others do not.
fn direct(
    emitter: &Emitter<'_>,
    draft: &SelectionDraft,
    known: Option<&SubgraphType>,
    family: &[Asked<'_>],
) -> Option<(ast::Type, usize)> {
    let known = known?;
    let field = family.first()?.field;
    let common = (0..family.len()).min_by_key(|index| size(&family[*index].below))?;
    if !family.iter().all(|other| is_within(&family[common].below, &other.below)) {
        return None;
    }
    if matches!(known.kind, TypeKind::Object | TypeKind::InterfaceObject) || field.name == "__typename" {
        return Some((field.ty.clone(), common));
    }
    let own = known.fields.get(&field.name)?;
    let alike =
        own.ty.inner_named_type() == field.ty.inner_named_type() && lists(&own.ty) == lists(&field.ty);
    // What is asked on a type besides must have the response key that is asked here.
    let is_all = family.iter().all(|other| is_within(&other.below, &family[common].below));
    let shares = draft.fields.iter().filter(|other| other.slot == field.slot).count() > family.len();
    let mut counting = known.possible.clone();
    counting.set_range(emitter.supergraph.types().public_object_count().., false);
    family.iter().for_each(|asked| counting.difference_with(&asked.field.types));
    (alike && !shares && (is_all || own.ty == field.ty) && counting.is_clear())
        .then(|| (own.ty.clone(), common))
}

fn size(selections: &[Selection]) -> usize {
    let below = |selection: &Selection| match selection {
        Selection::Field(field) => 1 + size(&field.selections),
        Selection::InlineFragment { selections, .. } => 1 + size(selections),
    };
    selections.iter().map(below).sum()
}

/// Whether others ask for all of these.
fn is_within(selections: &[Selection], others: &[Selection]) -> bool {
    without(selections, others).is_empty()
}

/// What of these others do not ask for.
fn without(selections: &[Selection], others: &[Selection]) -> Vec<Selection> {
    selections.iter().filter_map(|selection| rest(selection, others)).collect()
}

fn rest(selection: &Selection, others: &[Selection]) -> Option<Selection> {
    let same = others.iter().find(|other| is_same(selection, other));
    match (selection, same) {
        (_, None) => Some(selection.clone()),
        (Selection::Field(field), Some(Selection::Field(other))) => {
            let selections = without(&field.selections, &other.selections);
            (!selections.is_empty()).then(|| Selection::Field(FetchField { selections, ..field.clone() }))
        }
        (
            Selection::InlineFragment { type_condition, selections },
            Some(Selection::InlineFragment { selections: others, .. }),
        ) => {
            let (selections, type_condition) = (without(selections, others), type_condition.clone());
            (!selections.is_empty()).then_some(Selection::InlineFragment { type_condition, selections })
        }
        (_, Some(_)) => Some(selection.clone()),
    }
}

/// Whether two selections are the same but for what is below them.
fn is_same(one: &Selection, other: &Selection) -> bool {
    match (one, other) {
        (Selection::Field(one), Selection::Field(other)) => {
            one.name == other.name
                && one.response_key == other.response_key
                && one.slot == other.slot
                && one.arguments == other.arguments
                && one.guard == other.guard
                && one.ty == other.ty
        }
        (
            Selection::InlineFragment { type_condition: one, .. },
            Selection::InlineFragment { type_condition: other, .. },
        ) => one == other,
        _ => false,
    }
}

fn lists(ty: &ast::Type) -> usize {
    match ty {
        ast::Type::Named(_) | ast::Type::NonNullNamed(_) => 0,
        ast::Type::List(item) | ast::Type::NonNullList(item) => 1 + lists(item),
    }
}

fn by_type(
    emitter: &Emitter<'_>,
    draft: &SelectionDraft,
    known: Option<&SubgraphType>,
    fields: &[Asked<'_>],
) -> Vec<Selection> {
    let mut all = TypeSet::with_capacity(emitter.supergraph.types().object_count());
    for asked in fields {
        all.union_with(&asked.field.types);
    }
    if let Some(known) = known {
        all.intersect_with(&known.possible);
    }
    let of_object = |object: usize| {
        let table = emitter.supergraph.types();
        let ty = table.object(object);
        emitter.supergraph.known(draft.subgraph, ty)?;
        let chosen = fields.iter().filter(|asked| asked.field.types.contains(object));
        Some(Selection::InlineFragment {
            type_condition: table.get(ty).name.clone(),
            selections: chosen.map(|asked| Selection::Field(render(asked, asked.field.ty.clone()))).collect(),
        })
    };
    all.ones().filter_map(of_object).collect()
}

fn render(asked: &Asked<'_>, ty: ast::Type) -> FetchField {
    let Asked { field, below } = asked;
    FetchField {
        name: field.name.clone(),
        response_key: field.slot.clone(),
        slot: Some(field.slot.clone()),
        arguments: field.arguments.clone(),
        guard: field.guard.clone(),
        ty,
        selections: below.clone(),
    }
}

fn typename(slot: Option<Name>) -> FetchField {
    FetchField {
        name: name!("__typename"),
        response_key: name!("__typename"),
        slot,
        arguments: Vec::new(),
        guard: Guard::default(),
        ty: apollo_compiler::ty!(String!),
        selections: Vec::new(),
    }
}
