//! Titles that begin like what is being typed.

use std::collections::BTreeSet;

use tantivy::query::{BooleanQuery, Occur, Query};

use super::fields::{FIELDS, text};
use super::page::{Page, PageCollector};
use super::query::term;
use super::reading::View;
use crate::Result;
use crate::search::SearchOrder;
use crate::search::prefixes::{LOOKED_AT, is_suggested, title_term, word_terms};

/// Titles that begin like `prefix` first, then those with words that do; of either the newest first.
pub(super) fn suggest(views: &[View], prefix: &str, first: usize) -> Result<Vec<String>> {
    let words = word_terms(prefix);
    if words.is_empty() || first == 0 {
        return Ok(Vec::new());
    }
    let words = words.iter().map(|word| (Occur::Must, term(FIELDS.title_prefix, word))).collect();
    let queries = [term(FIELDS.title_prefix, &title_term(prefix)), Box::new(BooleanQuery::new(words))];
    let mut seen = BTreeSet::new();
    let mut titles = Vec::new();
    for query in queries {
        let found = newest_titles(views, query.as_ref(), first * LOOKED_AT)?.into_iter();
        titles.extend(found.filter(|title| is_suggested(title, prefix) && seen.insert(title.clone())));
    }
    titles.truncate(first);
    Ok(titles)
}

fn newest_titles(views: &[View], query: &dyn Query, limit: usize) -> Result<Vec<String>> {
    let mut pages = Vec::with_capacity(views.len());
    for view in views {
        let collector = PageCollector {
            collection: view.collection,
            order: SearchOrder::Newest,
            after: None,
            limit,
            facets: &[],
        };
        pages.push(view.page(query, &collector)?);
    }
    let mut titles = Vec::new();
    for hit in Page::merged(pages, limit).top {
        if let Some(view) = views.iter().find(|view| view.collection == hit.collection) {
            titles.push(text(&view.document(&hit)?, FIELDS.title).to_owned());
        }
    }
    Ok(titles)
}
