//! Fetch selections to the shape of their answer: one entry per response key, the union over type conditions.

use apollo_compiler::Name;
use apollo_compiler::ast::Type;
use fixedbitset::FixedBitSet;
use indexmap::IndexMap;

use super::compile::Guards;
use super::positions::{Position, Positions, TYPE_NAME};
use super::types::{RuntimeTypes, TypeId, UNKNOWN_TYPE};
use super::{ALWAYS, DependentType, Shape, ShapeEntry, ShapeSlot};
use crate::planning::query_plan::{FetchField, Selection};

/// What shapes are made from.
pub(super) struct Shapes<'a> {
    pub positions: &'a Positions,
    pub types: &'a RuntimeTypes,
    pub guards: &'a mut Guards,
}

/// A field and the runtime types on which it is asked; `None` means all.
type Occurrence<'a> = (Option<FixedBitSet>, &'a FetchField);

impl Shapes<'_> {
    /// The shape of objects at `position` of which all `selections` are asked.
    pub fn shape(&mut self, position: Position, selections: &[&[Selection]], static_type: TypeId) -> Shape {
        let mut by_key = IndexMap::new();
        for selections in selections {
            self.collect(selections, None, &mut by_key);
        }
        let mut shape = Shape {
            slots: self.positions.slots(position),
            static_type,
            entries: Vec::with_capacity(by_key.len()),
            dependent_types: Vec::new(),
        };
        for occurrences in by_key.values() {
            self.entry(position, occurrences, &mut shape);
        }
        shape
    }

    fn collect<'a>(
        &mut self,
        selections: &'a [Selection],
        on: Option<&FixedBitSet>,
        by_key: &mut IndexMap<&'a Name, Vec<Occurrence<'a>>>,
    ) {
        for selection in selections {
            match selection {
                Selection::Field(field) if field.slot.is_some() => {
                    by_key.entry(&field.response_key).or_default().push((on.cloned(), field));
                }
                Selection::Field(_) => {}
                Selection::InlineFragment { type_condition, selections } => {
                    let mut types = self.condition(type_condition);
                    if let (Some(types), Some(on)) = (&mut types, on) {
                        types.intersect_with(on);
                    }
                    self.collect(selections, types.as_ref().or(on), by_key);
                }
            }
        }
    }

    fn condition(&mut self, name: &Name) -> Option<FixedBitSet> {
        let possible = self.types.possible(name);
        (!possible.is_clear()).then_some(possible)
    }

    fn entry(&mut self, position: Position, occurrences: &[Occurrence<'_>], shape: &mut Shape) {
        let Some((_, first)) = occurrences.first() else { return };
        let Some(slot_key) = first.slot.clone() else { return };
        let slot = match self.positions.slot(position, &slot_key) {
            _ if slot_key == TYPE_NAME => ShapeSlot::TypeName,
            Some(slot) => ShapeSlot::Slot(slot),
            None => return,
        };
        let same_guard = occurrences.iter().all(|(_, field)| field.guard == first.guard);
        shape.entries.push(ShapeEntry {
            key: first.response_key.as_bytes().to_vec(),
            slot,
            guard: if same_guard { self.guards.intern(&first.guard) } else { ALWAYS },
            list_depth: list_depth(&first.ty),
            sub: self.sub_shape(position, &slot_key, occurrences, &mut shape.dependent_types),
            slot_key,
        });
    }

    fn sub_shape(
        &mut self,
        position: Position,
        slot_key: &Name,
        occurrences: &[Occurrence<'_>],
        dependent: &mut Vec<DependentType>,
    ) -> Option<Shape> {
        let child = self.positions.child(position, slot_key)?;
        let slot = self.positions.slot(position, slot_key)?;
        let selections: Vec<&[Selection]> =
            occurrences.iter().map(|(_, field)| &field.selections[..]).collect();
        let types: Vec<TypeId> =
            occurrences.iter().map(|(_, field)| self.types.id(field.ty.inner_named_type())).collect();
        let first = types.first().copied().unwrap_or(UNKNOWN_TYPE);
        let agree = types.iter().all(|&ty| ty == first);
        if !agree {
            let known = occurrences.iter().zip(&types).filter(|(_, ty)| **ty != UNKNOWN_TYPE);
            dependent
                .extend(known.filter_map(|((on, _), &type_id)| {
                    Some(DependentType { slot, on: on.clone()?, type_id })
                }));
        }
        Some(self.shape(child, &selections, if agree { first } else { UNKNOWN_TYPE }))
    }
}

fn list_depth(ty: &Type) -> u32 {
    match ty {
        Type::Named(_) | Type::NonNullNamed(_) => 0,
        Type::List(item) | Type::NonNullList(item) => 1 + list_depth(item),
    }
}
