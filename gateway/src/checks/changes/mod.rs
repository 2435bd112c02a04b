//! What changed between two public schemas, from the point of view of a client that knows the old one.

mod directives;
mod enums;
mod fields;
mod inputs;
mod types;
mod uses;

use apollo_compiler::Schema;
use serde::Serialize;

use self::uses::Uses;

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// A stable code.
    pub code: &'static str,
    /// What it means for clients.
    pub impact: Impact,
    /// What changed: `Type`, `Type.field`, `Type.field(argument:)`, `@directive`.
    pub coordinate: String,
    /// In words.
    pub message: String,
    /// How it was, where that is one thing.
    pub old: Option<String>,
    /// How it is.
    pub new: Option<String>,
}

/// What a change means for clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Impact {
    /// A valid operation may be valid no longer, or gives values that its type did not allow.
    Breaking,
    /// Operations stay valid, and may get answers that their authors did not think of.
    Dangerous,
    /// No client notices.
    Safe,
}

/// All changes; breaking first, then by coordinate.
pub fn compare(old: &Schema, new: &Schema) -> Vec<Change> {
    let mut comparison =
        Comparison { old, new, old_uses: Uses::of(old), new_uses: Uses::of(new), changes: Vec::new() };
    types::compare(&mut comparison);
    directives::compare(&mut comparison);
    let mut changes = comparison.changes;
    changes.sort_by(|a, b| (a.impact, &a.coordinate, a.code).cmp(&(b.impact, &b.coordinate, b.code)));
    changes
}

/// The two schemas, and what was found so far.
pub(crate) struct Comparison<'a> {
    pub(crate) old: &'a Schema,
    pub(crate) new: &'a Schema,
    pub(crate) old_uses: Uses,
    pub(crate) new_uses: Uses,
    pub(crate) changes: Vec<Change>,
}

impl Comparison<'_> {
    /// Adds a change without old and new values.
    pub(crate) fn add(
        &mut self,
        (code, impact): (&'static str, Impact),
        coordinate: impl Into<String>,
        message: impl Into<String>,
    ) {
        self.changed((code, impact), coordinate, message, (None, None));
    }

    /// Adds a change from one value to another.
    pub(crate) fn changed(
        &mut self,
        (code, impact): (&'static str, Impact),
        coordinate: impl Into<String>,
        message: impl Into<String>,
        (old, new): (Option<String>, Option<String>),
    ) {
        self.changes.push(Change {
            code,
            impact,
            coordinate: coordinate.into(),
            message: message.into(),
            old,
            new,
        });
    }
}
