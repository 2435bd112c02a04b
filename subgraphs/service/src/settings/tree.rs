//! Settings as a tree whose leaves keep their text: whether `0123` is a number or a text is decided by the setting that it
//! is for, not by how it looks. This is what environment variables are laid over.

use std::collections::BTreeMap;

use serde::de::value::{Error, MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle};

/// A file or a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tree {
    /// A leaf; quoted ones are texts without doubt.
    Text {
        text: String,
        quoted: bool,
    },
    List(Vec<Tree>),
    Map(BTreeMap<String, Tree>),
}

impl Tree {
    /// A tree without settings.
    pub fn empty() -> Self {
        Self::Map(BTreeMap::new())
    }

    /// Reads YAML without anchors.
    pub fn parse(yaml: &str) -> Result<Self, String> {
        let mut nodes = Parser::new_from_str(yaml).filter_map(|event| match event {
            Ok((
                Event::StreamStart | Event::StreamEnd | Event::DocumentStart(..) | Event::DocumentEnd,
                _,
            )) => None,
            Ok((event, _)) => Some(Ok(event)),
            Err(error) => Some(Err(error.to_string())),
        });
        match nodes.next() {
            Some(event) => Self::node(event?, &mut nodes),
            None => Ok(Self::empty()),
        }
    }

    fn node<'a>(
        event: Event<'a>,
        rest: &mut impl Iterator<Item = Result<Event<'a>, String>>,
    ) -> Result<Self, String> {
        match event {
            Event::Scalar(text, style, ..) => {
                Ok(Self::Text { text: text.into_owned(), quoted: style != ScalarStyle::Plain })
            }
            Event::SequenceStart(..) => {
                let mut items = Vec::new();
                loop {
                    match next(rest)? {
                        Event::SequenceEnd => return Ok(Self::List(items)),
                        event => items.push(Self::node(event, rest)?),
                    }
                }
            }
            Event::MappingStart(..) => {
                let mut entries = BTreeMap::new();
                loop {
                    let key = match next(rest)? {
                        Event::MappingEnd => return Ok(Self::Map(entries)),
                        Event::Scalar(key, ..) => key.into_owned(),
                        _ => return Err("a key must be plain text".into()),
                    };
                    let value = next(rest)?;
                    entries.insert(key, Self::node(value, rest)?);
                }
            }
            _ => Err("environment variables cannot be combined with YAML anchors".into()),
        }
    }

    /// The tree with a leaf put at `keys`. Lists and maps are given as YAML.
    pub fn with(self, keys: &[String], text: &str) -> Self {
        let Some((key, rest)) = keys.split_first() else {
            let structured = text.starts_with(['[', '{']).then(|| Self::parse(text).ok()).flatten();
            return structured.unwrap_or(Self::Text { text: text.to_string(), quoted: false });
        };
        let mut entries = match self {
            Self::Map(entries) => entries,
            _ => BTreeMap::new(),
        };
        let inner = entries.remove(key).unwrap_or_else(Self::empty);
        entries.insert(key.clone(), inner.with(rest, text));
        Self::Map(entries)
    }
}

fn next<'a>(events: &mut impl Iterator<Item = Result<Event<'a>, String>>) -> Result<Event<'a>, String> {
    events.next().unwrap_or_else(|| Err("the YAML ends early".into()))
}

impl IntoDeserializer<'_> for Tree {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

fn is_null(text: &str, quoted: bool) -> bool {
    !quoted && matches!(text, "" | "~" | "null")
}

macro_rules! parsed {
    ($($method:ident $visit:ident $what:literal)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            let Self::Text { text, .. } = self else { return self.deserialize_any(visitor) };
            let parsed = text.parse().map_err(|_| Error::custom(format!(concat!("expected ", $what, ", found `{}`"), text)))?;
            visitor.$visit(parsed)
        }
    )*};
}

impl<'de> Deserializer<'de> for Tree {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Text { text, .. } => visitor.visit_string(text),
            Self::List(items) => visitor.visit_seq(SeqDeserializer::new(items.into_iter())),
            Self::Map(entries) => visitor.visit_map(MapDeserializer::new(entries.into_iter())),
        }
    }

    parsed! {
        deserialize_bool visit_bool "true or false"
        deserialize_u16 visit_u16 "a whole number"
        deserialize_u32 visit_u32 "a whole number"
        deserialize_u64 visit_u64 "a whole number"
        deserialize_i32 visit_i32 "a whole number"
        deserialize_i64 visit_i64 "a whole number"
        deserialize_f64 visit_f64 "a number"
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self {
            Self::Text { text, quoted } if is_null(text, *quoted) => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self {
            Self::Text { text, .. } => text.into_deserializer().deserialize_enum(name, variants, visitor),
            Self::Map(entries) => {
                let map = MapDeserializer::new(entries.into_iter());
                visitor.visit_enum(serde::de::value::MapAccessDeserializer::new(map))
            }
            Self::List(_) => Err(Error::custom(format!("a list is no {name}"))),
        }
    }

    forward_to_deserialize_any! {
        i8 i16 i128 u8 u128 f32 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}
