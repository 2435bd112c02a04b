//! The plan's representations, compiled: quoted keys, slots, type sets.

use apollo_compiler::ast;

use super::positions::{Position, Positions, ROOT, TYPE_NAME};
use super::types::RuntimeTypes;
use super::{ContextProgram, ContextSource, GuardId, RepresentationField, RepresentationProgram};
use crate::planning::query_plan as plan;

/// Compiles how entities at `position` are written.
pub(super) fn representation(
    positions: &Positions,
    types: &RuntimeTypes,
    position: Position,
    plan: &plan::Representation,
) -> RepresentationProgram {
    let top: Vec<_> = plan.fields.iter().filter(|field| field.name != TYPE_NAME).cloned().collect();
    RepresentationProgram {
        types: types.set(&plan.types),
        opening: match &plan.type_name {
            Some(name) => format!("{{\"__typename\":\"{name}\"").into(),
            None => b"{\"__typename\":\"".to_vec(),
        },
        has_fixed_type_name: plan.type_name.is_some(),
        fields: fields(positions, types, Some(position), &top),
    }
}

/// Compiles where objects above the entities at the end of `path` hold what a variable stands for.
pub(super) fn context(
    positions: &Positions,
    types: &RuntimeTypes,
    (path, variable): (&plan::Path, &plan::ContextVariable),
    guard: GuardId,
) -> ContextProgram {
    let keys: Vec<_> = path
        .0
        .iter()
        .filter_map(|segment| match segment {
            plan::PathSegment::Key(key) => Some(key),
            plan::PathSegment::OnTypes(_) => None,
        })
        .collect();
    let sources = variable.sources.iter().map(|source| {
        let above = keys.iter().take(source.depth);
        let position = above.copied().try_fold(ROOT, |position, key| positions.child(position, key));
        ContextSource {
            depth: source.depth,
            types: types.set(&source.types),
            value: fields(positions, types, position, source.value.as_slice()).pop(),
        }
    });
    ContextProgram { sources: sources.collect(), guard, unasked: any_value(&variable.ty) }
}

/// A value that a server takes for a variable of this type; null for those that none is known of.
fn any_value(ty: &ast::Type) -> &'static [u8] {
    match ty {
        ast::Type::NonNullList(_) => b"[]",
        ast::Type::NonNullNamed(name) => match name.as_str() {
            "String" | "ID" => b"\"\"",
            "Int" | "Float" => b"0",
            "Boolean" => b"false",
            _ => b"null",
        },
        ast::Type::Named(_) | ast::Type::List(_) => b"null",
    }
}

fn fields(
    positions: &Positions,
    types: &RuntimeTypes,
    position: Option<Position>,
    plan: &[plan::RepresentationField],
) -> Vec<RepresentationField> {
    let mut compiled = Vec::with_capacity(plan.len());
    for field in plan {
        compiled.push(RepresentationField {
            key: format!("\"{}\":", field.name).into(),
            is_type_name: field.slot == TYPE_NAME,
            slot: position.and_then(|position| positions.slot(position, &field.slot)),
            types: (!field.types.is_empty()).then(|| types.set(&field.types)),
            is_key: field.is_key,
            fields: fields(
                positions,
                types,
                position.and_then(|p| positions.child(p, &field.slot)),
                &field.fields,
            ),
        });
    }
    compiled
}
