//! What is asked for as the engine's query. Users' text goes into it piece by piece and is never parsed as query syntax.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::documents::LIVE;
use crate::search::SearchFilter;
use crate::search::cjk_tokenizer::{Piece, composed, fold};
use crate::search::relevance::{BODY, KEYWORDS, SUMMARY, TIE_BREAKER, TITLE, distinct_pieces};

const FIELDS: [(&str, f32); 4] =
    [("title", TITLE), ("keyword_words", KEYWORDS), ("summary", SUMMARY), ("body", BODY)];

/// Finds by morphemes count half of what exact ones do.
const MORPHEMES: f32 = 0.5;

/// Documents that the filters let through and that have all the pieces of the text, each in any field. Without text
/// everything matches; a text without a single letter or digit finds nothing.
pub(super) fn query(text: Option<&str>, filter: &SearchFilter) -> Value {
    let mut filters = filters(filter);
    filters.push(json!({"term": {"state": LIVE}}));
    let must = match text.map(str::trim).filter(|text| !text.is_empty()) {
        None => vec![json!({"match_all": {}})],
        Some(text) => {
            let pieces = distinct_pieces(text);
            if pieces.is_empty() {
                return json!({"match_none": {}});
            }
            pieces.iter().map(|piece| piece_query(text, piece)).collect()
        }
    };
    json!({"bool": {"must": must, "filter": filters}})
}

/// The best of the fields, and a little for each other one that has it too.
fn piece_query(text: &str, piece: &Piece) -> Value {
    let written = match (piece.tokens.first(), piece.tokens.last()) {
        (Some(first), Some(last)) => composed(&text[first.start..last.end]),
        _ => Cow::Borrowed(""),
    };
    let mut queries: Vec<Value> =
        FIELDS.iter().map(|(field, weight)| in_field(&written, piece, field, *weight)).collect();
    if !piece.is_lone_letter {
        // Where the index has no morphemes the fields are not there, and nothing is found in them.
        queries.extend(FIELDS.iter().map(|(field, weight)| {
            let asked = json!({"query": written, "operator": "and", "boost": weight * MORPHEMES});
            named("match", &format!("{field}.morphemes"), asked)
        }));
    }
    json!({"dis_max": {"tie_breaker": TIE_BREAKER, "queries": queries}})
}

/// A run of CJK letters is found where its bigrams stand side by side; a single letter in any bigram that has it.
fn in_field(written: &str, piece: &Piece, field: &str, weight: f32) -> Value {
    match piece.is_lone_letter {
        true => named("regexp", field, json!({"value": format!(".?{}.?", fold(written)), "boost": weight})),
        false => named("match_phrase", field, json!({"query": written, "boost": weight})),
    }
}

fn filters(filter: &SearchFilter) -> Vec<Value> {
    let any_of = [
        ("category", &filter.category_ids),
        ("organization", &filter.organization_ids),
        ("keyword", &filter.keywords),
        ("language", &filter.languages),
    ];
    let any_of = any_of.into_iter().filter(|(_, values)| !values.is_empty());
    let mut filters: Vec<Value> =
        any_of.map(|(field, values)| named("terms", field, json!(values))).collect();
    let bounds = [("gte", filter.published_from), ("lt", filter.published_before)];
    let bounds: Map<String, Value> =
        bounds.into_iter().filter_map(|(bound, time)| Some((bound.to_owned(), time?.into()))).collect();
    if !bounds.is_empty() {
        filters.push(json!({"range": {"published_at": bounds}}));
    }
    filters
}

/// `{kind: {field: asked}}`.
pub(super) fn named(kind: &str, field: &str, asked: Value) -> Value {
    let inner = Map::from_iter([(field.to_owned(), asked)]);
    Value::Object(Map::from_iter([(kind.to_owned(), Value::Object(inner))]))
}
