//! The merged answer of one request: objects as runs of slots, scalars as slices of the answers they came in.

use bytes::Bytes;

use super::program::{Shape, TypeId, UNKNOWN_TYPE};

/// What stands in a slot or a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// Nobody told.
    Absent,
    /// JSON null.
    Null,
    /// Nobody told, and the client is told why already: no second error.
    Failed,
    /// JSON null, and the client is told why already: no second error.
    FailedNull,
    /// A value as it stood in an answer; any JSON but null.
    Text(Text),
    /// An object with slots.
    Object(ObjectId),
    /// A list.
    List(ListId),
}

/// A slice of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Text {
    buffer: u32,
    start: u32,
    end: u32,
}

/// Index into [`Store::objects`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ObjectId(u32);

/// Index into [`Store::lists`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ListId(u32);

/// Where a value stands.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    Slot(ObjectId, u32),
    Item(ListId, u32),
}

struct Object {
    first_slot: u32,
    type_id: TypeId,
    is_type_explained: bool,
}

struct List {
    first_item: u32,
    length: u32,
    uneven: bool,
}

/// All that is known of one answer.
#[derive(Default)]
pub(super) struct Store {
    buffers: Vec<Bytes>,
    objects: Vec<Object>,
    slots: Vec<Value>,
    lists: Vec<List>,
    items: Vec<Value>,
    undo: Undo,
}

/// What one answer changed in objects and lists that were there before it.
#[derive(Default)]
struct Undo {
    objects: u32,
    lists: u32,
    changes: Vec<(Place, Value)>,
}

impl Store {
    /// From here on, changes can be taken back.
    pub fn begin(&mut self) {
        self.undo.objects = self.objects.len() as u32;
        self.undo.lists = self.lists.len() as u32;
        self.undo.changes.clear();
    }

    /// Takes back what was told since [`Store::begin`].
    pub fn take_back(&mut self) {
        for (place, value) in std::mem::take(&mut self.undo.changes).into_iter().rev() {
            *self.get_mut(place) = value;
        }
    }

    fn note(&mut self, place: Place, before: Value) {
        let is_old = match place {
            Place::Slot(object, _) => object.0 < self.undo.objects,
            Place::Item(list, _) => list.0 < self.undo.lists,
        };
        if is_old {
            self.undo.changes.push((place, before));
        }
    }

    /// A store that holds the root object only.
    pub fn new(root_slots: u32, root_type: TypeId) -> Store {
        let mut store = Store::default();
        store.object(root_slots, root_type);
        store
    }

    pub const ROOT: ObjectId = ObjectId(0);

    /// Keeps an answer alive as long as the store; the number is for [`Store::text`].
    pub fn keep(&mut self, buffer: Bytes) -> u32 {
        self.buffers.push(buffer);
        (self.buffers.len() - 1) as u32
    }

    /// Names a slice of a kept answer. Answers are shorter than 4 GiB by the transport's limit.
    pub fn text(&self, buffer: u32, range: std::ops::Range<usize>) -> Value {
        Value::Text(Text { buffer, start: range.start as u32, end: range.end as u32 })
    }

    pub fn bytes(&self, text: Text) -> &[u8] {
        let buffer = self.buffers.get(text.buffer as usize);
        buffer.and_then(|b| b.get(text.start as usize..text.end as usize)).unwrap_or_default()
    }

    pub fn object(&mut self, slots: u32, type_id: TypeId) -> ObjectId {
        let first_slot = self.slots.len() as u32;
        self.slots.resize(self.slots.len() + slots as usize, Value::Absent);
        self.objects.push(Object { first_slot, type_id, is_type_explained: false });
        ObjectId((self.objects.len() - 1) as u32)
    }

    pub fn object_of(&mut self, shape: &Shape) -> ObjectId {
        self.object(shape.slots, shape.static_type)
    }

    pub fn type_of(&self, object: ObjectId) -> TypeId {
        self.objects[object.0 as usize].type_id
    }

    /// The first to tell the type is believed.
    pub fn tell_type(&mut self, object: ObjectId, type_id: TypeId) {
        let known = &mut self.objects[object.0 as usize].type_id;
        if *known == UNKNOWN_TYPE {
            *known = type_id;
        }
    }

    /// The client is told why nobody told the type, if so it is.
    pub fn explain_type(&mut self, object: ObjectId) {
        self.objects[object.0 as usize].is_type_explained = true;
    }

    /// Whether the type is not known and the client is told why.
    pub fn is_type_explained(&self, object: ObjectId) -> bool {
        let Object { type_id, is_type_explained, .. } = self.objects[object.0 as usize];
        is_type_explained && type_id == UNKNOWN_TYPE
    }

    pub fn list(&mut self, items: &[Value]) -> ListId {
        let first_item = self.items.len() as u32;
        self.items.extend_from_slice(items);
        self.lists.push(List { first_item, length: items.len() as u32, uneven: false });
        ListId((self.lists.len() - 1) as u32)
    }

    pub fn length(&self, list: ListId) -> u32 {
        self.lists[list.0 as usize].length
    }

    /// Two subgraphs gave this list different lengths.
    pub fn set_uneven(&mut self, list: ListId) {
        self.lists[list.0 as usize].uneven = true;
    }

    pub fn is_uneven(&self, list: ListId) -> bool {
        self.lists[list.0 as usize].uneven
    }

    pub fn slot(&self, object: ObjectId, slot: u32) -> Value {
        self.get(Place::Slot(object, slot))
    }

    pub fn item(&self, list: ListId, index: u32) -> Value {
        self.get(Place::Item(list, index))
    }

    pub fn get(&self, place: Place) -> Value {
        match place {
            Place::Slot(object, slot) => {
                self.slots[(self.objects[object.0 as usize].first_slot + slot) as usize]
            }
            Place::Item(list, index) => self.items[(self.lists[list.0 as usize].first_item + index) as usize],
        }
    }

    fn get_mut(&mut self, place: Place) -> &mut Value {
        match place {
            Place::Slot(object, slot) => {
                &mut self.slots[(self.objects[object.0 as usize].first_slot + slot) as usize]
            }
            Place::Item(list, index) => {
                &mut self.items[(self.lists[list.0 as usize].first_item + index) as usize]
            }
        }
    }

    /// Tells a value: it replaces "not told" and null; what is there already stays.
    pub fn tell(&mut self, place: Place, value: Value) {
        let known = self.get(place);
        let better = match (known, value) {
            (Value::Absent, _) => value,
            (
                Value::Null | Value::Failed | Value::FailedNull,
                Value::Text(_) | Value::Object(_) | Value::List(_),
            ) => value,
            (Value::Failed, Value::Null | Value::FailedNull)
            | (Value::Null, Value::Failed | Value::FailedNull) => Value::FailedNull,
            _ => return,
        };
        self.note(place, known);
        *self.get_mut(place) = better;
    }

    /// The client is told of this place: whatever is missing there needs no error of its own.
    pub fn fail(&mut self, place: Place) {
        self.tell(place, Value::Failed);
    }
}
