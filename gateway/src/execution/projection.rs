//! The client's answer, written in one walk over the merged answer; null propagation cuts the output back.

use std::borrow::Cow;

use apollo_compiler::response::JsonMap;
use rustc_hash::FxHashMap;

use super::errors::{ErrorLog, PathItem, ResponseError};
use super::limits::ExecutionLimits;
use super::program::{Content, Leaf, Program, ProjectionField, ProjectionSet, SetId, UNKNOWN_TYPE};
use super::store::{ObjectId, Place, Store, Value};
use crate::operation::selection::{PartId, PartSet};

/// The value cannot be null here, or the answer is too long: what contains it becomes null.
#[derive(Debug)]
pub(super) struct Nulled;

/// Writes the client's data.
pub(super) struct Projection<'a> {
    pub program: &'a Program,
    pub store: &'a Store,
    pub guards: &'a [bool],
    pub limits: &'a ExecutionLimits,
    /// The values of `__schema` and `__type` by response key.
    pub introspection: &'a JsonMap,
    pub errors: &'a mut ErrorLog,
    pub out: Vec<u8>,
    /// The part of the answer that is written.
    pub part: PartId,
    /// For an answer in parts: what was met on the way.
    pub met: Met,
    /// Null does not reach out of fields that are executed together: what they are in fails whole.
    pub in_groups: bool,
    /// Null has reached out of such fields.
    group_failed: bool,
    /// The path to where the walk begins.
    pub base: &'a [PathItem],
    pub(super) path: Vec<Step<'a>>,
    is_too_long: bool,
    /// The sets whose fields are written in another order than their own.
    orders: FxHashMap<SetId, Vec<usize>>,
}

/// What an answer in parts goes on from. What is nulled after all is taken out again.
#[derive(Default)]
pub(super) struct Met {
    /// Objects on which deferred fragments come after this part, with the fragment's part, and their paths.
    pub deferred: Vec<(PartId, SetId, ObjectId, Vec<PathItem>)>,
    /// The objects that were written.
    pub written: Vec<(SetId, ObjectId)>,
}

/// One step of the path to where the walk is.
#[derive(Clone, Copy)]
pub(super) enum Step<'a> {
    Field(&'a ProjectionField),
    Item(u32),
}

impl<'a> Projection<'a> {
    pub fn new(
        program: &'a Program,
        store: &'a Store,
        guards: &'a [bool],
        limits: &'a ExecutionLimits,
        (introspection, errors): (&'a JsonMap, &'a mut ErrorLog),
    ) -> Self {
        let (out, path, is_too_long) = (Vec::with_capacity(4096), Vec::new(), false);
        let sets = program.sets.iter().enumerate();
        let orders = sets.filter_map(|(set, fields)| Some((set, fields.order(guards)?))).collect();
        let (part, met, base) = (PartId::FIRST, Met::default(), &[][..]);
        let (in_groups, group_failed) = (false, false);
        Projection {
            program,
            store,
            guards,
            limits,
            introspection,
            errors,
            out,
            part,
            met,
            in_groups,
            group_failed,
            base,
            path,
            is_too_long,
            orders,
        }
    }

    /// Writes the value of `data`.
    pub fn data(&mut self) {
        let start = self.out.len();
        if self.object(0, Store::ROOT).is_err() {
            self.out.truncate(start);
            self.met = Met::default();
            self.out.extend_from_slice(b"null");
        }
        self.report_length();
    }

    /// Says that what was written is too long, if it is.
    pub(super) fn report_length(&mut self) {
        if self.is_too_long {
            self.path.clear();
            self.report("The answer is too large.", "RESPONSE_TOO_LARGE");
        }
    }

    pub(super) fn object(&mut self, id: SetId, object: ObjectId) -> Result<(), Nulled> {
        let program = self.program;
        let type_id = self.runtime_type(&program.sets[id], object)?;
        self.meet(id, object, type_id);
        self.fields((id, object, type_id), PartSet::default()).map(drop)
    }

    /// Notes where deferred fragments go on.
    pub(super) fn meet(&mut self, id: SetId, object: ObjectId, type_id: u32) {
        let program = self.program;
        if program.operation.defers.is_empty() {
            return;
        }
        self.met.written.push((id, object));
        for place in &program.sets[id].defers {
            let is_on = type_id == UNKNOWN_TYPE || place.types.contains(type_id as usize);
            if place.parent == self.part && is_on {
                let path = self.full_path();
                self.met.deferred.push((place.part, id, object, path));
            }
        }
    }

    /// Writes an object's fields of this part that are in none of the `known` parts; whether there are any.
    pub(super) fn fields(
        &mut self,
        (id, object, type_id): (SetId, ObjectId, u32),
        known: PartSet,
    ) -> Result<bool, Nulled> {
        let program = self.program;
        let set = &program.sets[id];
        let around = self.path.iter().rev().find_map(|step| match step {
            Step::Field(field) => Some(field.due),
            Step::Item(_) => None,
        });
        self.out.push(b'{');
        let mut follows = false;
        for number in 0..set.fields.len() {
            let number = self.orders.get(&id).map_or(number, |order| order[number]);
            let field = &set.fields[number];
            let is_due = field.parts.contains(self.part) && !field.parts.meets(known);
            if !is_due || !field.is_on(type_id) || !self.guards[field.guard as usize] {
                continue;
            }
            if let (Content::Introspection, None) =
                (&field.content, self.introspection.get(field.response_key.as_str()))
            {
                continue;
            }
            if follows {
                self.out.push(b',');
            }
            follows = true;
            self.out.extend_from_slice(&field.key);
            self.path.push(Step::Field(field));
            if let Err(Nulled) = self.field(field, object, type_id) {
                self.group_failed |= self.in_groups && around.is_some_and(|around| around != field.due);
                return Err(Nulled);
            }
            self.path.pop();
        }
        self.out.push(b'}');
        if self.out.len() > self.limits.response_bytes {
            self.is_too_long = true;
        }
        if self.is_too_long { Err(Nulled) } else { Ok(follows) }
    }

    /// The object's type, if it may stand here.
    pub(super) fn runtime_type(&mut self, set: &ProjectionSet, object: ObjectId) -> Result<u32, Nulled> {
        if set.static_type != UNKNOWN_TYPE {
            return Ok(set.static_type);
        }
        let type_id = self.store.type_of(object);
        let is_right = match type_id {
            UNKNOWN_TYPE => set.is_uniform || self.is_uniform_in_part(set),
            known => set.possible.contains(known as usize),
        };
        if is_right {
            return Ok(type_id);
        }
        if self.store.is_type_explained(object) {
            return Err(Nulled);
        }
        self.report(
            format!("The type of an object of {} is not known.", set.parent),
            "INVALID_SUBGRAPH_VALUE",
        );
        Err(Nulled)
    }

    /// Whether what this part writes can be written without knowing the runtime type.
    fn is_uniform_in_part(&self, set: &ProjectionSet) -> bool {
        let mut fields = set.fields.iter().filter(|field| field.parts.contains(self.part));
        fields.all(|field| field.types.is_none() && !matches!(field.content, Content::TypeName))
    }

    fn field(&mut self, field: &'a ProjectionField, object: ObjectId, type_id: u32) -> Result<(), Nulled> {
        match &field.content {
            Content::TypeName => {
                let name = self.program.types.name(type_id).map(|name| name.as_str()).unwrap_or_default();
                self.out.push(b'"');
                self.out.extend_from_slice(name.as_bytes());
                self.out.push(b'"');
                Ok(())
            }
            Content::Introspection => {
                let value = self.introspection.get(field.response_key.as_str());
                // Writing to memory cannot fail.
                let _ = serde_json::to_writer(&mut self.out, &value);
                Ok(())
            }
            Content::Leaf { slot, .. } | Content::Composite { slot, .. } => {
                let value = slot.map_or(Value::Absent, |slot| self.store.get(Place::Slot(object, slot)));
                self.value(field, 0, value)
            }
        }
    }

    /// Writes a value; where null is allowed, a violation below ends here.
    fn value(&mut self, field: &'a ProjectionField, level: usize, value: Value) -> Result<(), Nulled> {
        let (start, depth) = (self.out.len(), self.path.len());
        let (deferred, written) = (self.met.deferred.len(), self.met.written.len());
        match self.checked_value(field, level, value) {
            Err(Nulled) if !field.non_null[level] && !self.is_too_long && !self.group_failed => {
                self.out.truncate(start);
                self.path.truncate(depth);
                self.met.deferred.truncate(deferred);
                self.met.written.truncate(written);
                self.out.extend_from_slice(b"null");
                Ok(())
            }
            result => result,
        }
    }

    fn checked_value(
        &mut self,
        field: &'a ProjectionField,
        level: usize,
        value: Value,
    ) -> Result<(), Nulled> {
        let is_list = level + 1 < field.non_null.len();
        match (value, &field.content) {
            (Value::Failed | Value::FailedNull, _) => Err(Nulled),
            (Value::Absent | Value::Null, _) => {
                if field.non_null[level] {
                    let place = self.place();
                    self.report(
                        format!("Cannot return null for non-nullable {place}."),
                        "NULL_IN_NON_NULLABLE_FIELD",
                    );
                }
                Err(Nulled)
            }
            (Value::List(list), _) if is_list => {
                if self.store.is_uneven(list) {
                    self.report("Subgraphs gave this list different lengths.", "INVALID_SUBGRAPH_VALUE");
                }
                self.list(field, level, list)
            }
            (Value::Text(text), Content::Leaf { leaf, .. }) if !is_list => self.leaf(leaf, text),
            (Value::Object(object), Content::Composite { set, .. }) if !is_list => self.object(*set, object),
            _ => self.wrong_value(),
        }
    }

    fn list(
        &mut self,
        field: &'a ProjectionField,
        level: usize,
        list: super::store::ListId,
    ) -> Result<(), Nulled> {
        self.out.push(b'[');
        for index in 0..self.store.length(list) {
            if index > 0 {
                self.out.push(b',');
            }
            self.path.push(Step::Item(index));
            self.value(field, level + 1, self.store.item(list, index))?;
            self.path.pop();
        }
        self.out.push(b']');
        Ok(())
    }

    fn leaf(&mut self, leaf: &Leaf, text: super::store::Text) -> Result<(), Nulled> {
        if leaf.write(self.store.bytes(text), &mut self.out) { Ok(()) } else { self.wrong_value() }
    }

    fn wrong_value(&mut self) -> Result<(), Nulled> {
        let place = self.place();
        self.report(
            format!("A subgraph gave a value of a wrong type for {place}."),
            "INVALID_SUBGRAPH_VALUE",
        );
        Err(Nulled)
    }

    /// The innermost field, for messages.
    fn place(&self) -> String {
        let field = self.path.iter().rev().find_map(|step| match step {
            Step::Field(field) => Some(field.name.as_str()),
            Step::Item(_) => None,
        });
        format!("field {}", field.unwrap_or_default())
    }

    /// The path to where the walk is.
    pub(super) fn full_path(&self) -> Vec<PathItem> {
        let steps = self.path.iter().map(|step| match step {
            Step::Field(field) => PathItem::Key(field.response_key.clone()),
            Step::Item(index) => PathItem::Index(*index as usize),
        });
        self.base.iter().cloned().chain(steps).collect()
    }

    fn report(&mut self, message: impl Into<Cow<'static, str>>, code: &'static str) {
        let path = self.full_path();
        let error = ResponseError { message: message.into(), path, code: code.into(), service: None };
        self.errors.push(usize::MAX, error);
    }
}
