//! The client's selection, compiled: quoted keys, slots, type sets, result coercion.

use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::ast::Type;
use rustc_hash::FxHashMap;

use super::compile::Guards;
use super::positions::{Position, Positions, TYPE_NAME};
use super::types::RuntimeTypes;
use super::{Content, DeferPlace, Leaf, ProjectionField, ProjectionSet, SetId};
use crate::operation::selection::{Defer, DeferSite, Field, PartId, SelectionSet};

/// What projections are made from, and the sets made so far.
pub(super) struct Projections<'a> {
    pub positions: &'a Positions,
    pub types: &'a RuntimeTypes,
    pub guards: &'a mut Guards,
    pub sets: Vec<ProjectionSet>,
    pub leaves: FxHashMap<Name, Arc<Leaf>>,
    pub defers: &'a [Defer],
}

impl Projections<'_> {
    /// Compiles the selection on `parent`, whose objects stand at `position`, if any fetch brings them.
    pub fn set(&mut self, parent: &Name, selection: &SelectionSet, position: Option<Position>) -> SetId {
        let id = self.sets.len();
        let possible = self.types.possible(parent);
        self.sets.push(ProjectionSet {
            parent: parent.clone(),
            static_type: self.types.id(parent),
            possible: possible.clone(),
            is_uniform: true,
            fields: Vec::new(),
            defers: Vec::new(),
        });
        let mut fields = Vec::with_capacity(selection.fields.len());
        let mut is_uniform = true;
        for field in &selection.fields {
            let is_on_all = possible.is_subset(&field.types);
            is_uniform &= is_on_all && field.name != TYPE_NAME;
            fields.push(ProjectionField {
                response_key: field.response_key.clone(),
                name: field.name.clone(),
                key: format!("\"{}\":", field.response_key).into(),
                types: (!is_on_all).then(|| field.types.clone()),
                guard: self.guards.intern(&field.guard),
                ranks: field.ranks.iter().map(|(guard, rank)| (self.guards.intern(guard), *rank)).collect(),
                parts: field.parts,
                due: field.due,
                non_null: non_null(&field.ty),
                content: self.content(field, position),
            });
        }
        let place = |site: &DeferSite| {
            let defer = usize::from(site.part.0).checked_sub(1).and_then(|index| self.defers.get(index));
            let parent = defer.map_or(PartId::FIRST, |defer| defer.parent);
            DeferPlace { part: site.part, parent, types: site.types.clone() }
        };
        self.sets[id].defers = selection.defers.iter().map(place).collect();
        self.sets[id].fields = fields;
        self.sets[id].is_uniform = is_uniform;
        id
    }

    fn content(&mut self, field: &Field, position: Option<Position>) -> Content {
        let key = &field.response_key;
        let slot = position.and_then(|position| self.positions.slot(position, key));
        let ty = field.ty.inner_named_type();
        match (field.name.as_str(), &field.selection) {
            (TYPE_NAME, _) => Content::TypeName,
            ("__schema" | "__type", _) => Content::Introspection,
            (_, Some(selection)) => {
                let child = position.and_then(|position| self.positions.child(position, key));
                Content::Composite { slot, set: self.set(ty, selection, child) }
            }
            (_, None) => Content::Leaf { slot, leaf: self.leaf(ty) },
        }
    }

    fn leaf(&mut self, name: &Name) -> Arc<Leaf> {
        let schema = self.types.supergraph.api_schema();
        self.leaves.entry(name.clone()).or_insert_with(|| Arc::new(Leaf::of(schema, name))).clone()
    }
}

fn non_null(ty: &Type) -> Vec<bool> {
    let mut levels = vec![ty.is_non_null()];
    let mut ty = ty;
    while let Type::List(item) | Type::NonNullList(item) = ty {
        levels.push(item.is_non_null());
        ty = item;
    }
    levels
}
