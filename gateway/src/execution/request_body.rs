//! The body of a subgraph request: the compiled document, with representations and the client's variables filled in.

use bytes::Bytes;
use serde_json::{Map, Value};

use super::program::{FetchProgram, StepProgram};
use super::targets::Targets;
use crate::operation::selection::Operation;
use crate::planning::grouped_document;

/// Writes the body of one request. A variable that has no value is left out.
pub(super) fn request_body(
    operation: &Operation,
    fetch: &FetchProgram,
    targets: &[Targets],
    variables: &Map<String, Value>,
) -> Bytes {
    let representations: usize = targets.iter().map(|targets| targets.representations.len()).sum();
    let mut body = Vec::with_capacity(fetch.body.len() + representations + 64);
    match &fetch.planned {
        Some(planned) if targets.iter().any(|targets| targets.groups.len() > 1) => {
            let groups: Vec<usize> = targets.iter().map(|targets| targets.groups.len()).collect();
            let text = serde_json::Value::String(grouped_document(operation, planned, &groups).text);
            body.extend_from_slice(format!("{{\"query\":{text}").as_bytes());
        }
        _ => body.extend_from_slice(&fetch.body),
    }
    body.extend_from_slice(b",\"variables\":{");
    let mut follows = false;
    for (step, targets) in fetch.steps.iter().zip(targets) {
        if !targets.groups.is_empty() {
            write_groups(&mut body, step, targets, &mut follows);
        } else if let Some(entities) = &step.entities {
            separate(&mut body, &mut follows);
            body.extend_from_slice(&entities.variable);
            body.push(b'[');
            body.extend_from_slice(&targets.representations);
            body.push(b']');
        }
    }
    for (name, key) in &fetch.variables {
        if let Some(value) = variables.get(name.as_str()) {
            separate(&mut body, &mut follows);
            body.extend_from_slice(key);
            // Writing to memory cannot fail.
            let _ = serde_json::to_writer(&mut body, value);
        }
    }
    body.extend_from_slice(b"}}");
    body.into()
}

/// Each group's representations, and the values that contexts give them.
fn write_groups(body: &mut Vec<u8>, step: &StepProgram, targets: &Targets, follows: &mut bool) {
    let Some(entities) = &step.entities else { return };
    for (number, group) in targets.groups.iter().enumerate() {
        let names = entities.names.of_group(number);
        separate(body, follows);
        body.extend_from_slice(format!("\"{}\":[", names.variable).as_bytes());
        body.extend_from_slice(&targets.representations[group.written.clone()]);
        body.push(b']');
        for (name, value) in names.contexts.iter().zip(&group.values) {
            separate(body, follows);
            body.extend_from_slice(format!("\"{name}\":").as_bytes());
            body.extend_from_slice(value);
        }
    }
}

fn separate(body: &mut Vec<u8>, follows: &mut bool) {
    if std::mem::replace(follows, true) {
        body.push(b',');
    }
}
