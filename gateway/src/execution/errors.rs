//! Errors of an answer, as the client sees them.

use std::borrow::Cow;
use std::sync::Arc;

use apollo_compiler::Name;

/// One step of a path in the client's answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum PathItem {
    Key(Name),
    Index(usize),
}

/// One entry of `errors`.
#[derive(Clone, Debug)]
pub(super) struct ResponseError {
    pub message: Cow<'static, str>,
    /// Empty: none is written.
    pub path: Vec<PathItem>,
    pub code: Cow<'static, str>,
    /// The subgraph that the error came from.
    pub service: Option<Arc<str>>,
}

/// The errors of one answer, bounded.
pub(super) struct ErrorLog {
    entries: Vec<(usize, ResponseError)>,
    limit: usize,
    omitted: usize,
}

impl ErrorLog {
    pub fn new(limit: usize) -> ErrorLog {
        ErrorLog { entries: Vec::new(), limit, omitted: 0 }
    }

    /// Errors are listed by the fetch they belong to, as fetches end in any order; the projection's come last.
    pub fn push(&mut self, fetch: usize, error: ResponseError) {
        if self.entries.len() < self.limit {
            self.entries.push((fetch, error));
        } else {
            self.omitted += 1;
        }
    }

    /// Takes out the errors of which this holds, by fetch and error. Those that were only counted go along.
    pub fn take(&mut self, wanted: impl Fn(usize, &ResponseError) -> bool) -> ErrorLog {
        let entries: Vec<_> = self.entries.extract_if(.., |(fetch, error)| wanted(*fetch, error)).collect();
        let omitted = if entries.is_empty() { 0 } else { std::mem::take(&mut self.omitted) };
        ErrorLog { entries, limit: self.limit, omitted }
    }

    /// Adds those of another log.
    pub fn append(&mut self, other: ErrorLog) {
        self.omitted += other.omitted;
        other.entries.into_iter().for_each(|(fetch, error)| self.push(fetch, error));
    }

    /// Counts errors that were not even described.
    pub fn omit(&mut self, count: usize) {
        self.omitted += count;
    }

    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Whether there is any to be listed.
    pub fn has_entries(&self) -> bool {
        !self.entries.is_empty()
    }

    pub fn len(&self) -> usize {
        self.entries.len() + self.omitted
    }

    /// Writes `"errors":[…]`, or nothing when there are none.
    pub fn write(&mut self, out: &mut Vec<u8>) {
        if self.entries.is_empty() {
            return;
        }
        self.entries.sort_by_key(|(fetch, _)| *fetch);
        out.extend_from_slice(b"\"errors\":[");
        for (index, (_, error)) in self.entries.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            error.write(out);
        }
        if self.omitted > 0 {
            let message = format!("{} further errors are not listed.", self.omitted);
            out.push(b',');
            ResponseError {
                message: message.into(),
                path: Vec::new(),
                code: "ERRORS_OMITTED".into(),
                service: None,
            }
            .write(out);
        }
        out.push(b']');
    }
}

impl ResponseError {
    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"message\":");
        write_string(out, &self.message);
        if !self.path.is_empty() {
            out.extend_from_slice(b",\"path\":");
            write_path(out, &self.path);
        }
        out.extend_from_slice(b",\"extensions\":{\"code\":");
        write_string(out, &self.code);
        if let Some(service) = &self.service {
            out.extend_from_slice(b",\"service\":");
            write_string(out, service);
        }
        out.extend_from_slice(b"}}");
    }
}

/// Writes a path as a JSON list.
pub(super) fn write_path(out: &mut Vec<u8>, path: &[PathItem]) {
    out.push(b'[');
    for (index, item) in path.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        match item {
            PathItem::Key(key) => write_string(out, key),
            PathItem::Index(index) => out.extend_from_slice(index.to_string().as_bytes()),
        }
    }
    out.push(b']');
}

/// Writes text as a JSON string.
pub(super) fn write_string(out: &mut Vec<u8>, text: &str) {
    // Writing a string to memory cannot fail.
    let _ = serde_json::to_writer(out, text);
}
