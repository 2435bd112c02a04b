//! A subgraph's answer, read once straight into the slots of the merged answer.

use std::ops::Range;

use fixedbitset::FixedBitSet;

use super::json::{Malformed, Scanner};
use super::program::{FetchProgram, RuntimeTypes, Shape, ShapeEntry, ShapeSlot, StepProgram};
use super::store::{ListId, ObjectId, Place, Store, Value};
use super::targets::Targets;

/// What an answer said besides its data.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// Where `errors` stands in the body, if it is there and not null.
    pub errors: Option<Range<usize>>,
    /// Whether there was a `data` object.
    pub has_data: bool,
    /// For each step: what was wrong with its `_entities`.
    pub entities: Vec<EntitiesHeard>,
}

/// What was said of one list of entities.
#[derive(Debug, Default, Clone)]
pub(super) struct EntitiesHeard {
    /// How many items the list had; `None`: there was no list.
    pub count: Option<usize>,
    /// The numbers of the representations with which the lists begin; one list, but for contexts.
    pub lists: Vec<usize>,
    /// The representations whose entity was null.
    pub nulls: Vec<usize>,
    /// The representations whose entity was no object.
    pub strange: Vec<usize>,
}

impl EntitiesHeard {
    /// Whether an item stood in a list for this representation; with several lists, whether all of them came in full.
    pub fn has(&self, representation: usize) -> bool {
        self.count.is_some_and(|count| representation < count)
    }
}

/// Reads one answer.
pub(super) struct AnswerReader<'a> {
    pub scanner: Scanner<'a>,
    pub store: &'a mut Store,
    /// The number of the answer's buffer in the store.
    pub buffer: u32,
    /// Whether each guard of the program holds.
    pub guards: &'a [bool],
    pub types: &'a RuntimeTypes,
    pub scratch: Vec<Value>,
    pub body: &'a [u8],
}

impl AnswerReader<'_> {
    /// Reads `{"data": …, "errors": …}` in any order. `targets` are the objects of each step.
    pub fn response(&mut self, fetch: &FetchProgram, targets: &[Targets]) -> Result<Heard, Malformed> {
        let mut heard =
            Heard { entities: vec![EntitiesHeard::default(); fetch.steps.len()], ..Heard::default() };
        let mut more = self.scanner.open(b'{', b'}')?;
        while more {
            match self.scanner.key()? {
                b"data" if self.scanner.peek()? == b'{' && !heard.has_data => {
                    heard.has_data = true;
                    self.data(fetch, targets, &mut heard)?;
                }
                b"errors" if self.scanner.peek()? != b'n' => heard.errors = Some(self.scanner.value()?),
                _ => {
                    self.scanner.value()?;
                }
            }
            more = self.scanner.next(b'}')?;
        }
        self.scanner.end()?;
        Ok(heard)
    }

    fn data(
        &mut self,
        fetch: &FetchProgram,
        targets: &[Targets],
        heard: &mut Heard,
    ) -> Result<(), Malformed> {
        let mut more = self.scanner.open(b'{', b'}')?;
        let mut told = Vec::new();
        while more {
            let key = self.scanner.key()?;
            let mut known = false;
            for ((step, targets), entities) in fetch.steps.iter().zip(targets).zip(&mut heard.entities) {
                known = match &step.entities {
                    Some(program) => match program.group(key).and_then(|group| targets.first_of(group)) {
                        Some(first) if !entities.lists.contains(&first) => {
                            self.entities(step, targets, (first, entities))?;
                            true
                        }
                        _ => false,
                    },
                    None => self.root_field((step, targets), key, &mut told)?,
                };
                if known {
                    break;
                }
            }
            if !known {
                self.scanner.value()?;
            }
            more = self.scanner.next(b'}')?;
        }
        Ok(())
    }

    /// Reads a root field for all objects of its step; whether it is one of the step's. Of those that were told already, the
    /// first counts.
    fn root_field<'s>(
        &mut self,
        (step, targets): (&'s StepProgram, &Targets),
        key: &[u8],
        told: &mut Vec<&'s ShapeEntry>,
    ) -> Result<bool, Malformed> {
        let Some((_, entry)) = find(&step.shape, key, 0) else { return Ok(false) };
        if told.iter().any(|known| std::ptr::eq(*known, entry)) {
            return Ok(false);
        }
        told.push(entry);
        let start = self.scanner.at();
        for &object in &targets.objects {
            self.scanner.rewind(start);
            self.slot(object, entry)?;
        }
        Ok(!targets.objects.is_empty())
    }

    fn entities(
        &mut self,
        step: &StepProgram,
        targets: &Targets,
        (first, heard): (usize, &mut EntitiesHeard),
    ) -> Result<(), Malformed> {
        if self.scanner.peek()? != b'[' {
            self.scanner.value()?;
            return Ok(());
        }
        let mut index = first;
        let mut more = self.scanner.open(b'[', b']')?;
        while more {
            match self.scanner.peek()? {
                b'{' => self.entity(step, targets.served_by(index))?,
                first => {
                    self.scanner.value()?;
                    if first == b'n' { heard.nulls.push(index) } else { heard.strange.push(index) }
                }
            }
            index += 1;
            more = self.scanner.next(b']')?;
        }
        heard.lists.push(first);
        heard.count = Some(heard.count.unwrap_or(0) + index - first);
        Ok(())
    }

    /// Reads an entity for the objects that were sent as its representation.
    fn entity(&mut self, step: &StepProgram, objects: &[ObjectId]) -> Result<(), Malformed> {
        let Some((&first, others)) = objects.split_first() else { return self.scanner.value().map(drop) };
        let start = self.scanner.at();
        self.object(first, &step.shape)?;
        if step.is_sole_source {
            others.iter().for_each(|&other| self.share(first, other, &step.shape));
            return Ok(());
        }
        for &other in others {
            self.scanner.rewind(start);
            self.object(other, &step.shape)?;
        }
        Ok(())
    }

    /// Gives `other` what the shape brought to `first`.
    fn share(&mut self, first: ObjectId, other: ObjectId, shape: &Shape) {
        for entry in &shape.entries {
            match entry.slot {
                ShapeSlot::TypeName => self.store.tell_type(other, self.store.type_of(first)),
                ShapeSlot::Slot(slot) => {
                    let value = self.store.slot(first, slot);
                    self.store.tell(Place::Slot(other, slot), value);
                }
            }
        }
    }

    /// Reads an object's fields into its slots. Of a key that comes twice, the first counts.
    fn object(&mut self, object: ObjectId, shape: &Shape) -> Result<(), Malformed> {
        let mut more = self.scanner.open(b'{', b'}')?;
        let (mut hint, mut told) = (0, Told::new(shape.entries.len()));
        while more {
            let key = self.scanner.key()?;
            match find(shape, key, hint).filter(|(index, _)| told.is_new(*index)) {
                Some((index, entry)) => {
                    hint = index + 1;
                    self.slot(object, entry)?;
                }
                None => {
                    self.scanner.value()?;
                }
            }
            more = self.scanner.next(b'}')?;
        }
        for dependent in &shape.dependent_types {
            let type_id = self.store.type_of(object);
            if dependent.on.contains(type_id as usize) {
                let value = self.store.slot(object, dependent.slot);
                self.tell_types(value, dependent.type_id);
            }
        }
        Ok(())
    }

    fn tell_types(&mut self, value: Value, type_id: u32) {
        match value {
            Value::Object(object) => self.store.tell_type(object, type_id),
            Value::List(list) => {
                for index in 0..self.store.length(list) {
                    self.tell_types(self.store.item(list, index), type_id);
                }
            }
            _ => {}
        }
    }

    fn slot(&mut self, object: ObjectId, entry: &ShapeEntry) -> Result<(), Malformed> {
        if !self.guards[entry.guard as usize] {
            return self.scanner.value().map(drop);
        }
        match entry.slot {
            ShapeSlot::TypeName => {
                let name = self.scanner.value()?;
                let name = self.body.get(name.start + 1..name.end.saturating_sub(1)).unwrap_or_default();
                let type_id = self.types.id(std::str::from_utf8(name).unwrap_or_default());
                self.store.tell_type(object, type_id);
            }
            ShapeSlot::Slot(slot) => {
                let place = Place::Slot(object, slot);
                let value = self.value(entry, entry.list_depth, self.store.get(place))?;
                self.store.tell(place, value);
            }
        }
        Ok(())
    }

    /// Reads a value. What is `known` at its place already is filled where both are objects or lists. A value of another
    /// kind than the shape says is kept as text, and the projection reports it.
    fn value(&mut self, entry: &ShapeEntry, list_depth: u32, known: Value) -> Result<Value, Malformed> {
        match (self.scanner.peek()?, &entry.sub) {
            (b'n', _) => {
                self.scanner.literal(b"null")?;
                Ok(Value::Null)
            }
            (b'[', _) if list_depth > 0 => match known {
                Value::List(list) => self.fill_list(entry, list_depth - 1, list),
                _ => self.new_list(entry, list_depth - 1),
            },
            (b'{', Some(shape)) if list_depth == 0 => {
                let object = match known {
                    Value::Object(object) => object,
                    _ => self.store.object_of(shape),
                };
                self.object(object, shape)?;
                Ok(Value::Object(object))
            }
            _ => {
                let range = self.scanner.value()?;
                Ok(self.store.text(self.buffer, range))
            }
        }
    }

    fn new_list(&mut self, entry: &ShapeEntry, list_depth: u32) -> Result<Value, Malformed> {
        let base = self.scratch.len();
        let mut more = self.scanner.open(b'[', b']')?;
        while more {
            let item = self.value(entry, list_depth, Value::Absent)?;
            self.scratch.push(item);
            more = self.scanner.next(b']')?;
        }
        let list = self.store.list(&self.scratch[base..]);
        self.scratch.truncate(base);
        Ok(Value::List(list))
    }

    /// The list keeps its length; that another has a different one is noted.
    fn fill_list(&mut self, entry: &ShapeEntry, list_depth: u32, list: ListId) -> Result<Value, Malformed> {
        let length = self.store.length(list);
        let mut index = 0;
        let mut more = self.scanner.open(b'[', b']')?;
        while more {
            if index < length {
                let place = Place::Item(list, index);
                let item = self.value(entry, list_depth, self.store.get(place))?;
                self.store.tell(place, item);
            } else {
                self.scanner.value()?;
            }
            index += 1;
            more = self.scanner.next(b']')?;
        }
        if index != length {
            self.store.set_uneven(list);
        }
        Ok(Value::List(list))
    }
}

/// The entries of an object that were told; nothing is allocated for 64 of them.
struct Told {
    few: u64,
    many: FixedBitSet,
}

impl Told {
    fn new(entries: usize) -> Told {
        Told { few: 0, many: FixedBitSet::with_capacity(if entries > 64 { entries } else { 0 }) }
    }

    /// Whether an entry was not told before; from now on it was.
    fn is_new(&mut self, entry: usize) -> bool {
        if !self.many.is_empty() {
            return !self.many.put(entry);
        }
        let was = self.few;
        self.few |= 1 << entry;
        self.few != was
    }
}

/// The entry of a key that may be written with escapes.
fn find<'s>(shape: &'s Shape, key: &[u8], hint: usize) -> Option<(usize, &'s ShapeEntry)> {
    if !key.contains(&b'\\') {
        return shape.entry(key, hint);
    }
    let quoted = [b"\"", key, b"\""].concat();
    let plain: String = serde_json::from_slice(&quoted).ok()?;
    shape.entry(plain.as_bytes(), hint)
}
