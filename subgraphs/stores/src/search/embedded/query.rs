//! What is asked for as the engine's query. Users' text becomes terms; it is never parsed as query syntax.

use std::ops::Bound;

use tantivy::Term;
use tantivy::query::{
    BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery, Occur, PhraseQuery, Query,
    RangeQuery, RegexQuery, TermQuery, TermSetQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

use super::fields::{FIELDS, LIVE};
use crate::search::SearchFilter;
use crate::search::cjk_tokenizer::Piece;
use crate::search::relevance::{BODY, KEYWORDS, SUMMARY, TIE_BREAKER, TITLE, distinct_pieces};

/// Where words are looked for and how much a find weighs.
pub(super) fn weighted_fields() -> [(Field, f32); 4] {
    [(FIELDS.title, TITLE), (FIELDS.keyword_words, KEYWORDS), (FIELDS.summary, SUMMARY), (FIELDS.body, BODY)]
}

/// Documents that the filters let through and that have all the pieces of the text, each in any field. Without text
/// everything matches; a text without a single letter or digit finds nothing.
pub(super) fn query(text: Option<&str>, filter: &SearchFilter) -> tantivy::Result<Box<dyn Query>> {
    let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    match text.map(str::trim).filter(|text| !text.is_empty()) {
        None => clauses.push((Occur::Must, all())),
        Some(text) => {
            let pieces = distinct_pieces(text);
            if pieces.is_empty() {
                return Ok(Box::new(EmptyQuery));
            }
            for piece in &pieces {
                clauses.push((Occur::Must, piece_query(piece)?));
            }
        }
    }
    let filters =
        filters(filter).map(|filter| -> Box<dyn Query> { Box::new(ConstScoreQuery::new(filter, 0.0)) });
    clauses.extend(filters.map(|filter| (Occur::Must, filter)));
    Ok(Box::new(BooleanQuery::new(clauses)))
}

/// A single exact value.
pub(super) fn term(field: Field, value: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, value), IndexRecordOption::Basic))
}

/// The best of the fields, and a little for each other one that has it too.
pub(super) fn best_of(queries: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    Box::new(DisjunctionMaxQuery::with_tie_breaker(queries, TIE_BREAKER))
}

fn all() -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(term(FIELDS.state, LIVE), 1.0))
}

fn piece_query(piece: &Piece) -> tantivy::Result<Box<dyn Query>> {
    let mut fields = Vec::new();
    for (field, weight) in weighted_fields() {
        fields.push(Box::new(BoostQuery::new(in_field(piece, field)?, weight)) as Box<dyn Query>);
    }
    Ok(best_of(fields))
}

/// A run of CJK letters is found where its bigrams stand side by side; a single letter in any bigram that has it.
fn in_field(piece: &Piece, field: Field) -> tantivy::Result<Box<dyn Query>> {
    let mut terms = piece.tokens.iter().map(|token| Term::from_field_text(field, &token.text));
    match (piece.tokens.as_slice(), terms.next()) {
        ([letter], _) if piece.is_lone_letter => {
            let letter: String =
                letter.text.chars().map(|letter| format!("\\x{{{:x}}}", u32::from(letter))).collect();
            Ok(Box::new(RegexQuery::from_pattern(&format!(".?{letter}.?"), field)?))
        }
        ([_], Some(only)) => Ok(Box::new(TermQuery::new(only, IndexRecordOption::WithFreqs))),
        (_, Some(first)) => Ok(Box::new(PhraseQuery::new(std::iter::once(first).chain(terms).collect()))),
        (_, None) => Ok(Box::new(EmptyQuery)),
    }
}

fn filters(filter: &SearchFilter) -> impl Iterator<Item = Box<dyn Query>> {
    let any_of = [
        (FIELDS.category, &filter.category_ids),
        (FIELDS.organization, &filter.organization_ids),
        (FIELDS.keyword, &filter.keywords),
        (FIELDS.language, &filter.languages),
    ];
    let any_of = any_of.into_iter().filter(|(_, values)| !values.is_empty()).map(|(field, values)| {
        let terms = values.iter().map(move |value| Term::from_field_text(field, value));
        Box::new(TermSetQuery::new(terms)) as Box<dyn Query>
    });
    let bound = |time: i64| Term::from_field_i64(FIELDS.published_at, time);
    let from = filter.published_from.map_or(Bound::Unbounded, |time| Bound::Included(bound(time)));
    let before = filter.published_before.map_or(Bound::Unbounded, |time| Bound::Excluded(bound(time)));
    let is_bounded = filter.published_from.is_some() || filter.published_before.is_some();
    let period = is_bounded.then(|| Box::new(RangeQuery::new(from, before)) as Box<dyn Query>);
    any_of.chain(period).collect::<Vec<_>>().into_iter()
}
