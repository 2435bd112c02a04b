//! The body of a subgraph request: the compiled document, with representations and the client's variables filled in.

use bytes::Bytes;
use serde_json::{Map, Value};

use super::program::FetchProgram;
use super::targets::Targets;

/// Writes the body of one request. A variable that has no value is left out.
pub(super) fn request_body(
    fetch: &FetchProgram,
    targets: &[Targets],
    variables: &Map<String, Value>,
) -> Bytes {
    let representations: usize = targets.iter().map(|targets| targets.representations.len()).sum();
    let mut body = Vec::with_capacity(fetch.body.len() + representations + 64);
    body.extend_from_slice(&fetch.body);
    body.extend_from_slice(b",\"variables\":{");
    let mut follows = false;
    for (step, targets) in fetch.steps.iter().zip(targets) {
        if let Some(entities) = &step.entities {
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

fn separate(body: &mut Vec<u8>, follows: &mut bool) {
    if std::mem::replace(follows, true) {
        body.push(b',');
    }
}
