//! `Highlight`: a piece of text with the ranges that matched.

use async_graphql::{Enum, SimpleObject};
use stores::search;

/// A field of a document that is searched.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum HighlightField {
    /// The title.
    Title,
    /// The abstract.
    Summary,
    /// The full text.
    Body,
}

/// Characters of a text, counted in Unicode code points from 0.
#[derive(SimpleObject, Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextRange {
    /// The first character.
    pub start: i32,
    /// The character behind the last one.
    pub end: i32,
}

/// A piece of a document's text with the ranges that matched the words searched for.
#[derive(SimpleObject, Clone, Debug)]
pub struct Highlight {
    /// Of which field it is a piece.
    pub field: HighlightField,
    /// The piece; the whole field if that is short.
    pub fragment: String,
    /// What matched, in ascending order, without overlaps. At most as many as the piece has characters.
    pub ranges: Vec<TextRange>,
}

impl From<search::Highlight> for Highlight {
    fn from(highlight: search::Highlight) -> Self {
        let field = match highlight.field {
            "title" => HighlightField::Title,
            "summary" => HighlightField::Summary,
            _ => HighlightField::Body,
        };
        let offset = |offset: usize| i32::try_from(offset).unwrap_or(i32::MAX);
        let range = |(start, end): (usize, usize)| TextRange { start: offset(start), end: offset(end) };
        Self {
            field,
            fragment: highlight.fragment,
            ranges: highlight.ranges.into_iter().map(range).collect(),
        }
    }
}
