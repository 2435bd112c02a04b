//! Whether an answer is one that the specification allows, given what a specification executor answers.
//!
//! Data must be equal to the byte, order of keys included. Errors must be equal by path (and by message where a resolver
//! failed), but for one freedom: where an error made an ancestor null, the specification lets an executor cancel the
//! ancestor's other fields ("sibling fields may be cancelled to avoid unnecessary work"), so of the errors below a place
//! that became null any non-empty part may be listed. Of each side it is asked that it lists at least one below each such
//! place, and that each listed stands where an executor that never propagates (the same schema, everything nullable)
//! has null or an error: an error that nobody could have raised is a difference.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::merging::Merged;

/// A response, to the byte.
pub struct Response {
    pub text: String,
    pub value: Value,
    /// The text of `data`; nothing where there is none.
    pub data: Option<String>,
}

impl Response {
    pub fn read(text: String) -> Response {
        #[derive(Deserialize)]
        struct Raw<'t> {
            #[serde(borrow, default)]
            data: Option<&'t RawValue>,
        }
        let raw: Raw<'_> = serde_json::from_str(&text).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        // `null` is data, too.
        let data = raw.data.map(|data| data.get().to_string());
        let data = data.or_else(|| value.get("data").map(Value::to_string));
        Response { value, data, text }
    }
}

/// What differs; nothing when the answer is right. `loose` is the answer of the executor that never propagates.
pub fn difference(expected: &Response, answered: &Response, loose: &Response) -> Option<String> {
    if expected.data != answered.data {
        return Some("data".to_string());
    }
    let (data, loose) = (&expected.value["data"], &loose.value);
    let (ours, theirs) = (regions(&answered.value, data), regions(&expected.value, data));
    if ours.exact != theirs.exact {
        return Some(format!("errors {:?}, expected {:?}", ours.exact, theirs.exact));
    }
    let (places, expected_places): (Vec<_>, Vec<_>) =
        (ours.below.keys().collect(), theirs.below.keys().collect());
    if places != expected_places {
        return Some(format!("null by errors at {places:?}, expected {expected_places:?}"));
    }
    let possible: BTreeSet<String> = errors(loose).map(|(path, _)| text(&path)).collect();
    let is_null = |path: &str| is_null(&loose["data"], &serde_json::from_str::<Vec<Value>>(path).unwrap());
    let listed = ours.below.values().flatten();
    let strange: Vec<_> = listed.filter(|path| !possible.contains(*path) && !is_null(path)).collect();
    (!strange.is_empty()).then(|| format!("errors that nothing raises: {strange:?}"))
}

/// The same for an answer that came in parts. Keys may come in another order. Where null reached a deferred fragment, less
/// is null than in a whole answer; and of a fragment that failed nothing comes, not even what is right in it.
pub fn difference_of_parts(expected: &Response, merged: &Merged, loose: &Response) -> Option<String> {
    let data = &merged.answer["data"];
    if merged.failed {
        let is_right =
            is_part_or_undelivered((&expected.value["data"], data), &merged.undelivered, &mut Vec::new());
        return (!is_right).then(|| "data".to_string());
    }
    if expected.value["data"] != *data {
        return Some("data".to_string());
    }
    let (text, value) = (merged.answer.to_string(), merged.answer.clone());
    difference(expected, &Response { text, value, data: expected.data.clone() }, loose)
}

/// Whether a value is another with parts of it null.
pub fn is_part(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Null, _) => true,
        (Value::Array(part), Value::Array(whole)) => {
            part.len() == whole.len() && part.iter().zip(whole).all(|(part, whole)| is_part(part, whole))
        }
        (Value::Object(part), Value::Object(whole)) => {
            part.len() == whole.len()
                && part.iter().all(|(key, part)| whole.get(key).is_some_and(|whole| is_part(part, whole)))
        }
        (part, whole) => part == whole,
    }
}

/// Whether a value is another with parts of it null, where objects on which a fragment failed, or below, may lack fields.
fn is_part_or_undelivered(
    (part, whole): (&Value, &Value),
    undelivered: &[Vec<Value>],
    path: &mut Vec<Value>,
) -> bool {
    let mut at = |segment: Value, pair: (&Value, &Value)| {
        path.push(segment);
        let is_right = is_part_or_undelivered(pair, undelivered, path);
        path.pop();
        is_right
    };
    match (part, whole) {
        (Value::Array(part), Value::Array(whole)) => {
            let mut pairs = part.iter().zip(whole).enumerate();
            part.len() == whole.len() && pairs.all(|(index, pair)| at(index.into(), pair))
        }
        (Value::Object(part), Value::Object(whole)) => {
            let mut fields = whole.iter();
            let is_right = fields
                .all(|(key, whole)| part.get(key).is_some_and(|part| at(key.as_str().into(), (part, whole))));
            let lacks = part.len() > whole.len();
            is_right && (!lacks || undelivered.iter().any(|failed| path.starts_with(failed)))
        }
        (part, whole) => is_part(part, whole),
    }
}

/// Errors where they stand in the data, with the resolver's message if it is one; and those below a null, by its place.
/// Paths as JSON text.
#[derive(Default)]
struct Regions {
    exact: BTreeSet<(String, String)>,
    below: BTreeMap<String, BTreeSet<String>>,
}

fn text(path: &[Value]) -> String {
    Value::from(path.to_vec()).to_string()
}

fn errors(response: &Value) -> impl Iterator<Item = (Vec<Value>, String)> + '_ {
    response["errors"].as_array().into_iter().flatten().map(|error| {
        let message = error["message"].as_str().unwrap_or_default();
        let of_resolver = message.find("boom ").map(|at| message[at..].to_string()).unwrap_or_default();
        (error["path"].as_array().cloned().unwrap_or_default(), of_resolver)
    })
}

fn regions(response: &Value, data: &Value) -> Regions {
    let mut regions = Regions::default();
    for (path, message) in errors(response) {
        match (0..path.len()).find(|length| is_null(data, &path[..*length])) {
            Some(length) => {
                regions.below.entry(text(&path[..length])).or_default().insert(text(&path));
            }
            None => {
                regions.exact.insert((text(&path), message));
            }
        }
    }
    regions
}

/// Whether null stands at the end of a path.
fn is_null(data: &Value, path: &[Value]) -> bool {
    let mut at = Some(data);
    for segment in path {
        at = match (at, segment) {
            (Some(Value::Object(fields)), Value::String(key)) => fields.get(key),
            (Some(Value::Array(items)), Value::Number(index)) => {
                index.as_u64().and_then(|index| items.get(index as usize))
            }
            _ => None,
        };
    }
    at.is_some_and(Value::is_null)
}
