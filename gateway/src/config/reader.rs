//! Reads a configuration tree: every value is asked for by name and turned into its type; every mistake is kept with its
//! place, so that one run names all of them; a key that nobody asked for is a mistake, named with the nearest right one.

use std::cell::RefCell;
use std::rc::Rc;

use indexmap::IndexMap;

use super::document::{Node, Origin, Value};

/// One thing wrong with the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where it was written.
    pub origin: Origin,
    /// The key's path, e.g. `limits.body`; empty for the document itself.
    pub key: String,
    /// What is wrong and what would be right.
    pub reason: String,
}

/// All mistakes found so far.
pub(super) type Mistakes = Rc<RefCell<Vec<Mistake>>>;

/// A mapping being read.
pub(super) struct Section {
    path: String,
    origin: Origin,
    entries: IndexMap<String, Node>,
    asked: Vec<&'static str>,
    mistakes: Mistakes,
}

impl Section {
    /// Opens a mapping; anything else than a mapping or nothing is a mistake.
    pub fn open(path: &str, node: Node, mistakes: &Mistakes) -> Section {
        let entries = match node.value {
            Value::Map(entries) => entries,
            Value::Nothing => IndexMap::new(),
            Value::Text(_) | Value::List(_) => {
                let reason = "is a section: write its keys under it, indented".to_owned();
                mistakes.borrow_mut().push(Mistake {
                    origin: node.origin.clone(),
                    key: path.to_owned(),
                    reason,
                });
                IndexMap::new()
            }
        };
        Section {
            path: path.to_owned(),
            origin: node.origin,
            entries,
            asked: Vec::new(),
            mistakes: mistakes.clone(),
        }
    }

    /// A nested section; empty when it is not there.
    pub fn section(&mut self, key: &'static str) -> Section {
        let node = self.take(key).unwrap_or_else(Node::empty);
        Section::open(&self.path_of(key), node, &self.mistakes)
    }

    /// A nested section, if it is there.
    pub fn optional_section(&mut self, key: &'static str) -> Option<Section> {
        let node = self.take(key)?;
        Some(Section::open(&self.path_of(key), node, &self.mistakes))
    }

    /// The section under a key that was taken.
    pub fn nested(&self, key: &str, node: Node) -> Section {
        Section::open(&self.path_of(key), node, &self.mistakes)
    }

    /// All entries of a nested mapping whose keys are free names.
    pub fn named(&mut self, key: &'static str) -> Vec<(String, Node)> {
        let mut section = self.section(key);
        std::mem::take(&mut section.entries).into_iter().collect()
    }

    /// One value, if it is there.
    pub fn get<T>(&mut self, key: &'static str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let node = self.take(key)?;
        self.scalar(key, &node, parse)
    }

    /// Replaces `target` by the value, if it is there.
    pub fn set<T>(&mut self, target: &mut T, key: &'static str, parse: impl Fn(&str) -> Result<T, String>) {
        if let Some(value) = self.get(key, parse) {
            *target = value;
        }
    }

    /// A value that must be there.
    pub fn require<T>(&mut self, key: &'static str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        if !self.entries.contains_key(key) {
            self.asked.push(key);
            self.mistake(&self.origin.clone(), key, "is needed here".to_owned());
            return None;
        }
        self.get(key, parse)
    }

    /// A list, if it is there: YAML's, or one text with commas (as in an environment variable).
    pub fn list<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        let node = self.take(key)?;
        let items = match node.value {
            Value::List(items) => items,
            Value::Nothing => Vec::new(),
            Value::Text(text) => {
                let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                let leaf =
                    |part: &str| Node { value: Value::Text(part.to_owned()), origin: node.origin.clone() };
                parts.map(leaf).collect()
            }
            Value::Map(_) => {
                self.mistake(&node.origin, key, "is a list: write `[one, two]`".to_owned());
                return None;
            }
        };
        Some(items.iter().filter_map(|item| self.scalar(key, item, &parse)).collect())
    }

    /// One value or several: under `one` as a value, or under `many` as a list that is not empty. Both at once is a mistake.
    pub fn one_or_many<T>(
        &mut self,
        (one, many): (&'static str, &'static str),
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        let both = self.entries.contains_key(one) && self.entries.contains_key(many);
        let origin = self.entries.get(many).map_or(Origin::Absent, |node| node.origin.clone());
        let single = self.get(one, &parse);
        let several = self.list(many, &parse);
        match several {
            Some(_) if both => {
                self.mistake(&origin, many, format!("is there beside `{one}`; write one of them"))
            }
            Some(values) if values.is_empty() => self.mistake(&origin, many, "is empty".to_owned()),
            Some(values) => return Some(values),
            None => return single.map(|value| vec![value]),
        }
        None
    }

    /// The same, where one must be there.
    pub fn require_one_or_many<T>(
        &mut self,
        (one, many): (&'static str, &'static str),
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        if self.entries.contains_key(many) {
            self.one_or_many((one, many), parse)
        } else {
            self.asked.push(many);
            self.require(one, parse).map(|value| vec![value])
        }
    }

    /// The raw value under a key, if it is there.
    pub fn take(&mut self, key: &'static str) -> Option<Node> {
        self.asked.push(key);
        self.entries.shift_remove(key)
    }

    /// Notes a mistake about one of this section's keys.
    pub fn mistake(&self, origin: &Origin, key: &str, reason: String) {
        let key = self.path_of(key);
        self.mistakes.borrow_mut().push(Mistake { origin: origin.clone(), key, reason });
    }

    /// The full path of a key.
    pub fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn scalar<T>(&self, key: &str, node: &Node, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let parsed = match &node.value {
            Value::Text(text) => parse(text),
            Value::Nothing => Err("has no value".to_owned()),
            Value::List(_) | Value::Map(_) => Err("is one value, not a list or a section".to_owned()),
        };
        parsed.map_err(|reason| self.mistake(&node.origin, key, reason)).ok()
    }
}

impl Drop for Section {
    /// What is left was not asked for by anybody: the key does not exist.
    fn drop(&mut self) {
        for (key, node) in std::mem::take(&mut self.entries) {
            let known = self.asked.join(", ");
            let reason = match nearest(&key, &self.asked) {
                Some(right) => format!("is not a key here; did you mean `{right}`?"),
                None => format!("is not a key here; there are: {known}"),
            };
            self.mistake(&node.origin, &key, reason);
        }
    }
}

/// The known key that a misspelt one most likely meant.
fn nearest<'a>(key: &str, known: &[&'a str]) -> Option<&'a str> {
    let distance = |candidate: &&&str| edits(key, candidate);
    let best = known.iter().min_by_key(distance)?;
    (edits(key, best) <= best.len().div_ceil(2).min(3)).then_some(*best)
}

/// Levenshtein's distance.
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in to.iter().enumerate() {
            let substituted = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}
