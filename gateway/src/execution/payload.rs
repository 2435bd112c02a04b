//! The two formats of an answer in parts that clients know.

use super::errors::{ErrorLog, PathItem, write_path, write_string};

/// How the parts of an answer are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PartsFormat {
    /// `multipart/mixed;deferSpec=20220824`: every deferred fragment comes whole, with its path and label.
    Defer20220824,
    /// `multipart/mixed;incrementalSpec=v0.2`: deferred fragments are announced, nothing comes twice.
    Incremental02,
}

/// A deferred fragment at one place of the answer, as the client knows it.
pub(super) struct Announced<'a> {
    pub id: usize,
    pub path: &'a [PathItem],
    pub label: Option<&'a str>,
}

/// Objects of a fragment, with their paths from the fragment's.
pub(super) type Entries = Vec<(Vec<PathItem>, Vec<u8>)>;

/// What there is of a deferred fragment at one place.
pub(super) struct Delivered<'a> {
    pub fragment: Announced<'a>,
    /// Nothing if null reached the fragment.
    pub data: Option<Entries>,
    pub errors: ErrorLog,
}

/// Adds what is still to come to an answer's fields, and closes it.
pub(super) fn close(format: PartsFormat, body: &mut Vec<u8>, announced: &[Announced<'_>], has_next: bool) {
    if format == PartsFormat::Incremental02 && !announced.is_empty() {
        separate(body);
        body.extend_from_slice(b"\"pending\":[");
        for (index, fragment) in announced.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            body.extend_from_slice(format!("{comma}{{\"id\":\"{}\",", fragment.id).as_bytes());
            place(body, fragment);
            body.push(b'}');
        }
        body.push(b']');
    }
    separate(body);
    body.extend_from_slice(format!("\"hasNext\":{has_next}}}").as_bytes());
}

/// Begins a later part: the fields of these fragments, without the closing brace.
pub(super) fn later(format: PartsFormat, mut delivered: Vec<Delivered<'_>>) -> Vec<u8> {
    let mut body = vec![b'{'];
    match format {
        PartsFormat::Defer20220824 => {
            body.extend_from_slice(b"\"incremental\":[");
            for (index, one) in delivered.iter_mut().enumerate() {
                let comma = if index > 0 { "," } else { "" };
                body.extend_from_slice(format!("{comma}{{\"data\":").as_bytes());
                let data = one.data.as_ref().and_then(|entries| entries.first());
                body.extend_from_slice(data.map_or(&b"null"[..], |(_, text)| &text[..]));
                body.push(b',');
                place(&mut body, &one.fragment);
                errors(&mut body, &mut one.errors);
                body.push(b'}');
            }
            body.push(b']');
        }
        PartsFormat::Incremental02 => incremental(&mut body, &mut delivered),
    }
    body
}

fn incremental(body: &mut Vec<u8>, delivered: &mut [Delivered<'_>]) {
    let any = delivered.iter().any(|one| one.data.as_ref().is_some_and(|data| !data.is_empty()));
    if any {
        body.extend_from_slice(b"\"incremental\":[");
        for one in delivered.iter_mut() {
            for (path, text) in one.data.iter().flatten() {
                if body.last() != Some(&b'[') {
                    body.push(b',');
                }
                body.extend_from_slice(format!("{{\"id\":\"{}\",", one.fragment.id).as_bytes());
                if !path.is_empty() {
                    body.extend_from_slice(b"\"subPath\":");
                    write_path(body, path);
                    body.push(b',');
                }
                body.extend_from_slice(b"\"data\":");
                body.extend_from_slice(text);
                // All errors of a fragment go with its first object.
                errors(body, &mut one.errors);
                one.errors = ErrorLog::new(0);
                body.push(b'}');
            }
        }
        body.extend_from_slice(b"],");
    }
    body.extend_from_slice(b"\"completed\":[");
    for (index, one) in delivered.iter_mut().enumerate() {
        let comma = if index > 0 { "," } else { "" };
        body.extend_from_slice(format!("{comma}{{\"id\":\"{}\"", one.fragment.id).as_bytes());
        errors(body, &mut one.errors);
        body.push(b'}');
    }
    body.push(b']');
}

fn errors(body: &mut Vec<u8>, errors: &mut ErrorLog) {
    if errors.has_entries() {
        body.push(b',');
        errors.write(body);
    }
}

fn place(body: &mut Vec<u8>, fragment: &Announced<'_>) {
    body.extend_from_slice(b"\"path\":");
    write_path(body, fragment.path);
    if let Some(label) = fragment.label {
        body.extend_from_slice(b",\"label\":");
        write_string(body, label);
    }
}

fn separate(body: &mut Vec<u8>) {
    if body.last() != Some(&b'{') {
        body.push(b',');
    }
}
