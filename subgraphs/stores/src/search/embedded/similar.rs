//! Documents like a given one: its most telling words, looked for in all collections.

use std::collections::HashMap;

use tantivy::query::{BooleanQuery, BoostQuery, Occur, Query, TermQuery};
use tantivy::schema::{IndexRecordOption, Value};
use tantivy::{TantivyDocument, Term};

use super::fields::{FIELDS, text};
use super::page::{Page, PageCollector};
use super::query::{best_of, term};
use super::reading::{View, finished};
use super::standing::standing;
use crate::Result;
use crate::search::cjk_tokenizer::tokens;
use crate::search::{Hit, SearchOrder};

/// How many words stand for the document.
const WORDS: usize = 25;
/// Of so many of its words a similar document has at least one.
const ONE_OF: usize = 13;

pub(super) fn similar(views: &[View], id: &str, first: usize) -> Result<Vec<Hit>> {
    let Some(words) = telling_words(views, id)? else { return Ok(Vec::new()) };
    let at_least = words.len().div_ceil(ONE_OF).max(1);
    let words = words.into_iter().map(|(word, weight)| (Occur::Should, anywhere(&word, weight))).collect();
    let like = BooleanQuery::with_minimum_required_clauses(words, at_least);
    let query = BooleanQuery::new(vec![(Occur::Must, Box::new(like)), (Occur::MustNot, term(FIELDS.id, id))]);
    let mut pages = Vec::with_capacity(views.len());
    for view in views {
        let order = SearchOrder::Relevance;
        let collector =
            PageCollector { collection: view.collection, order, after: None, limit: first, facets: &[] };
        pages.push(view.page(&query, &collector)?);
    }
    let hits = Page::merged(pages, first).top.into_iter();
    hits.map(|hit| finished(views, hit, SearchOrder::Relevance, &[])).collect()
}

/// The words of title, keywords and summary that are frequent in the document and rare among all, with their weight.
fn telling_words(views: &[View], id: &str) -> Result<Option<Vec<(String, f32)>>> {
    for view in views {
        let found = standing(&view.searcher, id).map_err(|error| view.failed(error))?;
        if let Some(found) = found.filter(|found| found.is_live) {
            let document = view.searcher.doc(found.address).map_err(|error| view.failed(error))?;
            let mut words = weighed(views, frequencies(&document)).map_err(|error| view.failed(error))?;
            words.sort_by(|one, other| other.1.total_cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
            words.truncate(WORDS);
            return Ok(Some(words));
        }
    }
    Ok(None)
}

fn frequencies(document: &TantivyDocument) -> HashMap<String, f32> {
    let mut frequencies: HashMap<String, f32> = HashMap::new();
    let keywords =
        document.get_all(FIELDS.keyword).filter_map(|value| value.as_str()).map(|keyword| (keyword, 3.0));
    let texts = [(text(document, FIELDS.title), 3.0), (text(document, FIELDS.summary), 1.0)];
    for (text, weight) in texts.into_iter().chain(keywords) {
        for token in tokens(text) {
            *frequencies.entry(token.text).or_default() += weight;
        }
    }
    frequencies
}

#[expect(
    clippy::cast_precision_loss,
    reason = "document counts stay far below 2^23 in their effect on a logarithm"
)]
fn weighed(views: &[View], frequencies: HashMap<String, f32>) -> tantivy::Result<Vec<(String, f32)>> {
    let documents: u64 = views.iter().map(|view| view.searcher.num_docs()).sum();
    let mut words = Vec::with_capacity(frequencies.len());
    for (word, frequency) in frequencies {
        let mut having = 0;
        for view in views {
            for field in [FIELDS.title, FIELDS.summary] {
                having += view.searcher.doc_freq(&Term::from_field_text(field, &word))?;
            }
        }
        let rarity = (1.0 + documents as f32 / (1.0 + having as f32)).ln();
        words.push((word, frequency * rarity));
    }
    Ok(words)
}

fn anywhere(word: &str, weight: f32) -> Box<dyn Query> {
    let fields = [FIELDS.title, FIELDS.keyword_words, FIELDS.summary];
    let in_field = |field| {
        let query = TermQuery::new(Term::from_field_text(field, word), IndexRecordOption::WithFreqs);
        Box::new(BoostQuery::new(Box::new(query), weight)) as Box<dyn Query>
    };
    best_of(fields.into_iter().map(in_field).collect())
}
