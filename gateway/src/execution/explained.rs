//! What errors of subgraphs explain: places where something is missing and the client is told why.

use super::program::{Shape, ShapeEntry, ShapeSlot};
use super::store::{ObjectId, Place, Store, Value};
use super::subgraph_error::Segment;

/// An explanation to be repeated when all fetches have ended: another subgraph may have brought part of what is missing.
#[derive(Debug)]
pub(super) struct Explained {
    pub fetch: usize,
    pub step: usize,
    pub object: ObjectId,
    /// From the object, in terms of the answer; empty: all that the step brings.
    pub path: Vec<Segment>,
}

/// Marks what is missing at the end of a path from an object, and all below it: where the answer has null, another fetch may
/// have brought the object or list, and what this one was to bring of it is missing for the same reason.
pub(super) fn explain(store: &mut Store, shape: &Shape, object: ObjectId, path: &[Segment]) {
    match path.split_first() {
        None => shape.entries.iter().for_each(|entry| explain_entry(store, entry, object, &[])),
        Some((Segment::Key(key), rest)) => {
            if let Some((_, entry)) = shape.entry(key.as_bytes(), 0) {
                explain_entry(store, entry, object, rest);
            }
        }
        Some((Segment::Index(_), _)) => {}
    }
}

fn explain_entry(store: &mut Store, entry: &ShapeEntry, object: ObjectId, path: &[Segment]) {
    match entry.slot {
        ShapeSlot::Slot(slot) => explain_place(store, entry, Place::Slot(object, slot), path),
        ShapeSlot::TypeName => store.explain_type(object),
    }
}

fn explain_place(store: &mut Store, entry: &ShapeEntry, place: Place, path: &[Segment]) {
    match (store.get(place), path.split_first(), &entry.sub) {
        (Value::Object(object), _, Some(shape)) => explain(store, shape, object, path),
        (Value::List(list), Some((Segment::Index(index), rest)), _) => {
            if (*index as u64) < u64::from(store.length(list)) {
                explain_place(store, entry, Place::Item(list, *index as u32), rest);
            }
        }
        (Value::List(list), _, _) => {
            for index in 0..store.length(list) {
                explain_place(store, entry, Place::Item(list, index), path);
            }
        }
        _ => store.fail(place),
    }
}
