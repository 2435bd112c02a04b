//! What a subgraph's `errors` say, read leniently: whatever is malformed in them is left out, never the error itself.

use serde_json::Value;

/// One error of a subgraph.
#[derive(Debug)]
pub(super) struct SubgraphError {
    pub message: String,
    pub code: Option<String>,
    /// In terms of the subgraph's answer; empty: the subgraph gave none.
    pub path: Vec<Segment>,
    /// How many segments of the path lead to null in the answer, or to what is missing; all of them, if none does.
    pub reached: usize,
}

/// One step of a path in a subgraph's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Segment {
    Key(String),
    Index(usize),
}

/// Longest message that is passed on.
const MESSAGE_LENGTH: usize = 4096;

/// Reads at most `limit` errors, and says how many there are.
pub(super) fn read_errors(text: &[u8], limit: usize) -> (Vec<SubgraphError>, usize) {
    match serde_json::from_slice::<Value>(text) {
        Ok(Value::Array(errors)) => (errors.iter().take(limit).map(read_error).collect(), errors.len()),
        Ok(other) => (vec![read_error(&other)], 1),
        Err(_) => (vec![read_error(&Value::Null)], 1),
    }
}

fn read_error(error: &Value) -> SubgraphError {
    let message = error.get("message").or(Some(error)).and_then(Value::as_str);
    let code = error.pointer("/extensions/code").and_then(Value::as_str);
    let path = error.get("path").and_then(Value::as_array);
    let path: Vec<Segment> =
        path.map(|path| path.iter().map_while(read_segment).collect()).unwrap_or_default();
    SubgraphError {
        message: message
            .unwrap_or("The subgraph reported an error without a message.")
            .chars()
            .take(MESSAGE_LENGTH)
            .collect(),
        code: code.map(|code| code.chars().take(100).collect()),
        reached: path.len(),
        path,
    }
}

fn read_segment(segment: &Value) -> Option<Segment> {
    match segment {
        Value::String(key) => Some(Segment::Key(key.clone())),
        Value::Number(index) => index.as_u64().map(|index| Segment::Index(index as usize)),
        _ => None,
    }
}
