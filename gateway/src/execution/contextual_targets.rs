//! The entities of a step that takes values from contexts: by what the objects above them give.

use indexmap::IndexMap;

use super::program::{
    ContextProgram, ContextSource, EntitiesProgram, RepresentationField, Route, RuntimeTypes,
};
use super::store::{ObjectId, Store, Value};
use super::targets::{EntityCollector, Targets, visit_below};

/// Why a value is not known.
enum Unknown {
    /// Nobody told.
    Absent,
    /// The client is told why.
    Failed,
}

/// Collects the entities at the ends of the routes.
pub(super) fn collect(
    store: &Store,
    types: &RuntimeTypes,
    program: &EntitiesProgram,
    (routes, guards): (&[Route], &[bool]),
) -> Targets {
    let mut groups: IndexMap<Vec<Vec<u8>>, EntityCollector<'_>> = IndexMap::new();
    let mut all = Targets::default();
    visit_below(store, routes, &mut |object, above| {
        let value = |context: &ContextProgram| match guards[context.guard as usize] {
            true => value(store, context, above),
            // Nobody has asked for it either.
            false => Ok(context.unasked.to_vec()),
        };
        let values: Result<_, Unknown> = program.contexts.iter().map(value).collect();
        match values {
            Ok(values) => groups
                .entry(values)
                .or_insert_with(|| EntityCollector::new(store, types, &program.representations))
                .add(object),
            Err(Unknown::Failed) => all.blocked.push(object),
            Err(Unknown::Absent) => {}
        }
    });
    for (values, collector) in groups {
        let collected = collector.finish();
        match collected.distinct() {
            0 => all.blocked.extend(collected.blocked),
            _ => all.add_group(values, collected),
        }
    }
    all
}

/// What the nearest object that sets the context gives.
fn value(store: &Store, context: &ContextProgram, above: &[ObjectId]) -> Result<Vec<u8>, Unknown> {
    for ContextSource { depth, types, value } in &context.sources {
        let Some(&object) = above.get(*depth) else { continue };
        if !types.contains(store.type_of(object) as usize) {
            continue;
        }
        let mut text = Vec::new();
        match value {
            Some(field) => leaf(store, in_slot(store, object, field), field, &mut text)?,
            None => text.extend_from_slice(b"null"),
        }
        return Ok(text);
    }
    Err(Unknown::Absent)
}

fn in_slot(store: &Store, object: ObjectId, field: &RepresentationField) -> Value {
    field.slot.map_or(Value::Absent, |slot| store.slot(object, slot))
}

/// Writes the one leaf below a value, in the lists that lead to it.
fn leaf(store: &Store, value: Value, field: &RepresentationField, text: &mut Vec<u8>) -> Result<(), Unknown> {
    match value {
        Value::Absent => return Err(Unknown::Absent),
        Value::Failed => return Err(Unknown::Failed),
        Value::Null | Value::FailedNull => text.extend_from_slice(b"null"),
        Value::Text(known) => text.extend_from_slice(store.bytes(known)),
        Value::Object(object) => {
            let below = field.fields.iter().find(|field| !field.is_type_name).ok_or(Unknown::Absent)?;
            leaf(store, in_slot(store, object, below), below, text)?;
        }
        Value::List(list) => {
            text.push(b'[');
            for index in 0..store.length(list) {
                if index > 0 {
                    text.push(b',');
                }
                leaf(store, store.item(list, index), field, text)?;
            }
            text.push(b']');
        }
    }
    Ok(())
}
