//! A YAML document as a tree in which every value knows where it was written, so that each mistake can be named with its
//! place. Scalars stay text: what they mean is decided by whoever asks for them, the same way for a file and the environment.

use std::fmt;

use indexmap::IndexMap;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

/// Where a value was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A line of the configuration file.
    Line(u64),
    /// An environment variable.
    Variable(String),
    /// Nowhere: the value is missing.
    Absent,
}

/// A value and its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// What was written.
    pub value: Value,
    /// Where.
    pub origin: Origin,
}

/// The three shapes of YAML, and nothing.
#[derive(Clone, Debug)]
pub enum Value {
    /// `key:` with nothing behind it.
    Nothing,
    /// A scalar, as text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A mapping; keys keep their order.
    Map(IndexMap<String, Node>),
}

impl Node {
    /// An empty mapping, for a missing file or section.
    pub fn empty() -> Node {
        Node { value: Value::Map(IndexMap::new()), origin: Origin::Absent }
    }

    /// Parses a YAML text. The error is one sentence with its line.
    pub fn parse(text: &str) -> Result<Node, (Origin, String)> {
        if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
            return Ok(Node::empty());
        }
        serde_saphyr::from_str::<Spanned<Value>>(text).map(Node::from).map_err(|error| {
            let line = error.location().map_or(0, |location| location.line());
            let message = error.without_snippet().to_string();
            let message = message.lines().next().unwrap_or_default().to_owned();
            (Origin::Line(line), message)
        })
    }
}

impl From<Spanned<Value>> for Node {
    fn from(spanned: Spanned<Value>) -> Node {
        Node { value: spanned.value, origin: Origin::Line(spanned.referenced.line()) }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(Shape)
    }
}

struct Shape;

impl<'de> Visitor<'de> for Shape {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Text(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Text(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Text(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Text(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element::<Spanned<Value>>()? {
            list.push(Node::from(item));
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = IndexMap::new();
        while let Some(key) = entries.next_key::<Spanned<String>>()? {
            let value = entries.next_value::<Spanned<Value>>()?;
            let mut node = Node::from(value);
            // The key's line: a misspelt key is found there even when its value begins further down.
            node.origin = Origin::Line(key.referenced.line());
            map.insert(key.value, node);
        }
        Ok(Value::Map(map))
    }
}
