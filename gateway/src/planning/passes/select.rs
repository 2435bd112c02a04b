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

fn of_type(emitter: &Emitter<'_>, index: SelectionIndex) -> Vec<Selection> {
    let draft = &emitter.selections[index];
    let known = draft.ty.and_then(|ty| emitter.supergraph.known(draft.subgraph, ty));
    let mut selections = Vec::new();
    let mut apart = Vec::new();
    for field in &draft.fields {
        match direct(emitter, draft, known, field) {
            Some(ty) => selections.push(Selection::Field(render(emitter, field, ty))),
            None => apart.push(field),
        }
    }
    selections.extend(by_type(emitter, draft, known, &apart));
    if selections.is_empty() {
        let knows_type = known.is_none_or(|known| known.kind != TypeKind::InterfaceObject);
        selections.push(Selection::Field(typename(knows_type.then(|| name!("__typename")))));
    }
    selections
}

/// The type with which a field can be asked on the selection's own type, if it can.
fn direct(
    emitter: &Emitter<'_>,
    draft: &SelectionDraft,
    known: Option<&SubgraphType>,
    field: &FieldDraft,
) -> Option<ast::Type> {
    let known = known?;
    if matches!(known.kind, TypeKind::Object | TypeKind::InterfaceObject) || field.name == "__typename" {
        return Some(field.ty.clone());
    }
    let own = known.fields.get(&field.name)?;
    let alike =
        own.ty.inner_named_type() == field.ty.inner_named_type() && lists(&own.ty) == lists(&field.ty);
    let mut counting = known.possible.clone();
    counting.set_range(emitter.supergraph.types().public_object_count().., false);
    let shares = draft.fields.iter().filter(|other| other.slot == field.slot).count() > 1;
    (alike && !shares && counting.is_subset(&field.types)).then(|| own.ty.clone())
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
    fields: &[&FieldDraft],
) -> Vec<Selection> {
    let mut all = TypeSet::with_capacity(emitter.supergraph.types().object_count());
    for field in fields {
        all.union_with(&field.types);
    }
    if let Some(known) = known {
        all.intersect_with(&known.possible);
    }
    let of_object = |object: usize| {
        let table = emitter.supergraph.types();
        let ty = table.object(object);
        emitter.supergraph.known(draft.subgraph, ty)?;
        let chosen = fields.iter().filter(|field| field.types.contains(object));
        Some(Selection::InlineFragment {
            type_condition: table.get(ty).name.clone(),
            selections: chosen
                .map(|field| Selection::Field(render(emitter, field, field.ty.clone())))
                .collect(),
        })
    };
    all.ones().filter_map(of_object).collect()
}

fn render(emitter: &Emitter<'_>, field: &FieldDraft, ty: ast::Type) -> FetchField {
    FetchField {
        name: field.name.clone(),
        response_key: field.slot.clone(),
        slot: Some(field.slot.clone()),
        arguments: field.arguments.clone(),
        guard: field.guard.clone(),
        ty,
        selections: field.child.map(|child| of_type(emitter, child)).unwrap_or_default(),
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
