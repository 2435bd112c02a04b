//! The objects that a step fills: found by path, written as representations, each distinct one sent once.

use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

use apollo_compiler::Name;
use rustc_hash::FxHashMap;

use super::errors::PathItem;
use super::program::{Move, RepresentationField, RepresentationProgram, Route, RuntimeTypes, UNKNOWN_TYPE};
use super::store::{ObjectId, Store, Value};

/// The objects of one step.
#[derive(Debug, Default)]
pub(super) struct Targets {
    /// All objects; for entities, grouped by representation.
    pub objects: Vec<ObjectId>,
    /// Where each representation's group begins, and the end of the last; empty for root steps.
    starts: Vec<usize>,
    /// The representations, separated by commas.
    pub representations: Vec<u8>,
    /// The objects that are not sent because what it takes is missing for a reason that the client is told.
    pub blocked: Vec<ObjectId>,
    /// Where contexts give values: the representations by those; empty otherwise.
    pub groups: Vec<Group>,
}

/// Representations that are sent with the same values from contexts.
#[derive(Debug)]
pub(super) struct Group {
    /// The number of the first.
    pub first: usize,
    /// Where they stand in all of them.
    pub written: Range<usize>,
    /// The values, as JSON.
    pub values: Vec<Vec<u8>>,
}

impl Targets {
    /// The number of the first representation of a group, if the group was sent.
    pub fn first_of(&self, group: usize) -> Option<usize> {
        match self.groups.is_empty() {
            true => (group == 0).then_some(0),
            false => self.groups.get(group).map(|group| group.first),
        }
    }

    /// Adds what was collected with other values from contexts.
    pub(super) fn add_group(&mut self, values: Vec<Vec<u8>>, more: Targets) {
        let (first, objects) = (self.distinct(), self.objects.len());
        let start = self.representations.len();
        self.starts.pop();
        self.starts.extend(more.starts.iter().map(|start| start + objects));
        self.objects.extend(more.objects);
        self.representations.extend(more.representations);
        self.blocked.extend(more.blocked);
        self.groups.push(Group { first, written: start..self.representations.len(), values });
    }

    /// The objects of a root step.
    pub fn of_root(store: &Store, routes: &[Route]) -> Targets {
        let mut objects = Vec::new();
        visit(store, routes, &mut |object| objects.push(object));
        Targets { objects, ..Targets::default() }
    }

    /// How many distinct representations are sent.
    pub fn distinct(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// The objects that were sent as this representation; none for a number that was not sent.
    pub fn served_by(&self, representation: usize) -> &[ObjectId] {
        match (self.starts.get(representation), self.starts.get(representation + 1)) {
            (Some(&start), Some(&end)) => &self.objects[start..end],
            _ => &[],
        }
    }
}

/// Collects entities and writes their representations.
pub(super) struct EntityCollector<'a> {
    store: &'a Store,
    types: &'a RuntimeTypes,
    programs: &'a [RepresentationProgram],
    hasher: RandomState,
    /// By hash, the last distinct representation that has it; each knows the one before with an equal hash.
    by_hash: FxHashMap<u64, usize>,
    distinct: Vec<Distinct>,
    members: Vec<(usize, ObjectId)>,
    buffer: Vec<u8>,
    blocked: Vec<ObjectId>,
    /// Whether the representation that is being written misses something that an error explains.
    meets_failure: bool,
}

struct Distinct {
    start: usize,
    end: usize,
    same_hash: Option<usize>,
}

impl<'a> EntityCollector<'a> {
    pub fn new(store: &'a Store, types: &'a RuntimeTypes, programs: &'a [RepresentationProgram]) -> Self {
        EntityCollector {
            store,
            types,
            programs,
            hasher: RandomState::new(),
            by_hash: FxHashMap::default(),
            distinct: Vec::new(),
            members: Vec::new(),
            buffer: Vec::new(),
            blocked: Vec::new(),
            meets_failure: false,
        }
    }

    pub fn collect(mut self, routes: &[Route]) -> Targets {
        visit(self.store, routes, &mut |object| self.add(object));
        self.finish()
    }

    /// What was added.
    pub fn finish(self) -> Targets {
        let mut starts = vec![0; self.distinct.len() + 1];
        self.members.iter().for_each(|(representation, _)| starts[representation + 1] += 1);
        for index in 1..starts.len() {
            starts[index] += starts[index - 1];
        }
        let mut next = starts.clone();
        let mut objects = vec![Store::ROOT; self.members.len()];
        for &(representation, object) in &self.members {
            objects[next[representation]] = object;
            next[representation] += 1;
        }
        Targets { objects, starts, representations: self.buffer, blocked: self.blocked, groups: Vec::new() }
    }

    pub fn add(&mut self, object: ObjectId) {
        let runtime_type = self.store.type_of(object);
        let serves = |r: &&RepresentationProgram| match runtime_type {
            UNKNOWN_TYPE => r.has_fixed_type_name,
            known => r.types.contains(known as usize),
        };
        let Some(program) = self.programs.iter().find(serves) else {
            if self.store.is_type_explained(object) {
                self.blocked.push(object);
            }
            return;
        };
        self.meets_failure = false;
        let before = self.buffer.len();
        if !self.distinct.is_empty() {
            self.buffer.push(b',');
        }
        let start = self.buffer.len();
        let is_new = self.write(object, program).is_some() && {
            let number = self.number_of(start);
            self.members.push((number, object));
            number + 1 == self.distinct.len() && self.distinct[number].start == start
        };
        if !is_new {
            self.buffer.truncate(before);
        }
        if self.meets_failure {
            self.blocked.push(object);
        }
    }

    /// The number of the representation that was just written; a new one if there is none like it.
    fn number_of(&mut self, start: usize) -> usize {
        let written = &self.buffer[start..];
        let hash = self.hasher.hash_one(written);
        let mut candidate = self.by_hash.get(&hash).copied();
        while let Some(number) = candidate {
            let known = &self.distinct[number];
            if self.buffer[known.start..known.end] == *written {
                return number;
            }
            candidate = known.same_hash;
        }
        let number = self.distinct.len();
        let same_hash = self.by_hash.insert(hash, number);
        self.distinct.push(Distinct { start, end: self.buffer.len(), same_hash });
        number
    }

    /// Nothing, if a key is null or anything is missing: then the object is not sent.
    fn write(&mut self, object: ObjectId, program: &RepresentationProgram) -> Option<()> {
        self.buffer.extend_from_slice(&program.opening);
        if !program.has_fixed_type_name {
            let name = self.types.name(self.store.type_of(object))?;
            self.buffer.extend_from_slice(name.as_bytes());
            self.buffer.push(b'"');
        }
        self.fields(object, &program.fields, true)?;
        self.buffer.push(b'}');
        Some(())
    }

    fn fields(&mut self, object: ObjectId, fields: &[RepresentationField], mut follows: bool) -> Option<()> {
        let type_id = self.store.type_of(object);
        for field in fields {
            if field.types.as_ref().is_some_and(|types| !types.contains(type_id as usize)) {
                continue;
            }
            if follows {
                self.buffer.push(b',');
            }
            follows = true;
            self.buffer.extend_from_slice(&field.key);
            if field.is_type_name {
                let name = self.types.name(type_id)?;
                self.buffer.push(b'"');
                self.buffer.extend_from_slice(name.as_bytes());
                self.buffer.push(b'"');
            } else {
                self.value(self.store.slot(object, field.slot?), field)?;
            }
        }
        Some(())
    }

    fn value(&mut self, value: Value, field: &RepresentationField) -> Option<()> {
        match value {
            Value::Failed => {
                self.meets_failure = true;
                return None;
            }
            Value::FailedNull if field.is_key => {
                self.meets_failure = true;
                return None;
            }
            Value::Absent => return None,
            Value::Null if field.is_key => return None,
            Value::Null | Value::FailedNull => self.buffer.extend_from_slice(b"null"),
            Value::Text(text) => self.buffer.extend_from_slice(self.store.bytes(text)),
            Value::Object(object) => {
                self.buffer.push(b'{');
                self.fields(object, &field.fields, false)?;
                self.buffer.push(b'}');
            }
            Value::List(list) => {
                self.buffer.push(b'[');
                for index in 0..self.store.length(list) {
                    if index > 0 {
                        self.buffer.push(b',');
                    }
                    self.value(self.store.item(list, index), field)?;
                }
                self.buffer.push(b']');
            }
        }
        Some(())
    }
}

/// Visits the objects at the end of the routes, in order; an object that several ways lead to is visited several times.
fn visit(store: &Store, routes: &[Route], found: &mut impl FnMut(ObjectId)) {
    for route in routes {
        walk(store, Value::Object(Store::ROOT), &route.moves, &mut NoPath, &mut |object, _| found(object));
    }
}

/// Visits the same objects with their paths in the client's answer.
pub(super) fn visit_with_paths(store: &Store, route: &Route, found: &mut impl FnMut(ObjectId, &[PathItem])) {
    let mut path = ClientPath::default();
    walk(store, Value::Object(Store::ROOT), &route.moves, &mut path, &mut |object, path| {
        found(object, &path.items)
    });
}

/// Visits the same objects with those that lead to them, from the top.
pub(super) fn visit_below(store: &Store, routes: &[Route], found: &mut impl FnMut(ObjectId, &[ObjectId])) {
    for route in routes {
        let mut way = Objects::default();
        walk(store, Value::Object(Store::ROOT), &route.moves, &mut way, &mut |object, way| {
            found(object, &way.above);
        });
    }
}

/// What a walk notes of its way.
trait Way {
    fn enter_slot(&mut self, object: ObjectId, client_key: Option<&Name>);
    fn enter_item(&mut self, index: u32);
    fn leave(&mut self);
}

struct NoPath;

impl Way for NoPath {
    fn enter_slot(&mut self, _: ObjectId, _: Option<&Name>) {}
    fn enter_item(&mut self, _: u32) {}
    fn leave(&mut self) {}
}

/// The objects on the way; items of lists are no objects of their own.
#[derive(Default)]
struct Objects {
    above: Vec<ObjectId>,
    is_object: Vec<bool>,
}

impl Way for Objects {
    fn enter_slot(&mut self, object: ObjectId, _: Option<&Name>) {
        self.above.push(object);
        self.is_object.push(true);
    }

    fn enter_item(&mut self, _: u32) {
        self.is_object.push(false);
    }

    fn leave(&mut self) {
        if self.is_object.pop() == Some(true) {
            self.above.pop();
        }
    }
}

/// The path ends where the way leaves what the client asked for.
#[derive(Default)]
struct ClientPath {
    items: Vec<PathItem>,
    hidden: usize,
}

impl Way for ClientPath {
    fn enter_slot(&mut self, _: ObjectId, client_key: Option<&Name>) {
        match client_key {
            Some(key) if self.hidden == 0 => self.items.push(PathItem::Key(key.clone())),
            _ => self.hidden += 1,
        }
    }

    fn enter_item(&mut self, index: u32) {
        if self.hidden == 0 {
            self.items.push(PathItem::Index(index as usize));
        } else {
            self.hidden += 1;
        }
    }

    fn leave(&mut self) {
        if self.hidden == 0 {
            self.items.pop();
        } else {
            self.hidden -= 1;
        }
    }
}

fn walk<W: Way>(
    store: &Store,
    value: Value,
    moves: &[Move],
    way: &mut W,
    found: &mut impl FnMut(ObjectId, &W),
) {
    match (value, moves.split_first()) {
        (Value::List(list), _) => {
            for index in 0..store.length(list) {
                way.enter_item(index);
                walk(store, store.item(list, index), moves, way, found);
                way.leave();
            }
        }
        (Value::Object(object), None) => found(object, way),
        (Value::Object(object), Some((Move::OnTypes(types), rest))) => {
            let type_id = store.type_of(object);
            if type_id == UNKNOWN_TYPE || types.contains(type_id as usize) {
                walk(store, value, rest, way, found);
            }
        }
        (Value::Object(object), Some((Move::Slot { slot, client_key }, rest))) => {
            way.enter_slot(object, client_key.as_ref());
            walk(store, store.slot(object, *slot), rest, way, found);
            way.leave();
        }
        _ => {}
    }
}
