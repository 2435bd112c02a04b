//! The reader's interface: every call looks at one view of each collection it asks, on a thread that may block.

use std::collections::BTreeMap;

use async_trait::async_trait;
use tantivy::query::Query;
use tantivy::{Searcher, TantivyDocument};

use super::fields::{FIELDS, text};
use super::page::{Page, PageCollector, Ranked};
use super::query::query;
use super::standing::standing;
use super::trend::BucketCollector;
use super::{EmbeddedReader, blocking, similar, sorted, suggest};
use crate::search::buckets::{buckets, period};
use crate::search::cjk_tokenizer::{Piece, pieces};
use crate::search::counting::{FACET_VALUES, largest};
use crate::search::cursor::{Cursor, score};
use crate::search::highlight::highlight;
use crate::search::{
    Collection, Facet, FacetCount, Hit, SearchOrder, SearchReader, SearchRequest, SearchResult, TrendPoint,
    TrendRequest,
};
use crate::{Result, StoreError};

/// One view of one collection.
pub(super) struct View {
    pub collection: Collection,
    pub searcher: Searcher,
}

#[async_trait]
impl SearchReader for EmbeddedReader {
    async fn search(&self, request: &SearchRequest) -> Result<SearchResult> {
        let (reader, request) = (self.clone(), request.clone());
        blocking(move || search(&reader.views(&request.collections)?, &request)).await
    }

    async fn suggest(&self, collections: &[Collection], prefix: &str, first: usize) -> Result<Vec<String>> {
        let (reader, collections, prefix) = (self.clone(), collections.to_vec(), prefix.to_owned());
        blocking(move || suggest::suggest(&reader.views(&collections)?, &prefix, first)).await
    }

    async fn similar(&self, id: &str, first: usize) -> Result<Vec<Hit>> {
        let (reader, id) = (self.clone(), id.to_owned());
        blocking(move || similar::similar(&reader.views(&[])?, &id, first)).await
    }

    async fn trend(&self, request: &TrendRequest) -> Result<Vec<TrendPoint>> {
        let (reader, request) = (self.clone(), request.clone());
        blocking(move || trend(&reader.views(&request.collections)?, &request)).await
    }

    async fn top_keywords(&self, request: &TrendRequest, first: usize) -> Result<Vec<FacetCount>> {
        let (reader, request) = (self.clone(), request.clone());
        blocking(move || top_keywords(&reader.views(&request.collections)?, &request, first)).await
    }

    async fn versions(&self, ids: &[String]) -> Result<BTreeMap<String, i64>> {
        let (reader, ids) = (self.clone(), ids.to_vec());
        blocking(move || versions(&reader.views(&[])?, ids)).await
    }

    async fn ping(&self) -> Result<()> {
        let reader = self.clone();
        blocking(move || reader.views(&[]).map(|_| ())).await
    }
}

impl EmbeddedReader {
    fn views(&self, collections: &[Collection]) -> Result<Vec<View>> {
        let asked = |collection: Collection| collections.is_empty() || collections.contains(&collection);
        let shelves = self.shelves.iter().filter(|shelf| asked(shelf.collection));
        shelves.map(|shelf| Ok(View { collection: shelf.collection, searcher: shelf.searcher()? })).collect()
    }
}

impl View {
    pub(super) fn page(&self, query: &dyn Query, collector: &PageCollector<'_>) -> Result<Page> {
        self.searcher.search(query, collector).map_err(|error| self.failed(error))
    }

    pub(super) fn document(&self, hit: &Ranked) -> Result<TantivyDocument> {
        self.searcher.doc(hit.address).map_err(|error| self.failed(error))
    }

    pub(super) fn failed(&self, error: tantivy::TantivyError) -> StoreError {
        sorted(self.collection.name(), error)
    }
}

fn search(views: &[View], request: &SearchRequest) -> Result<SearchResult> {
    let after = request.after.as_deref().map(|cursor| Cursor::decode(cursor, request.order)).transpose()?;
    let query = made(query(request.text.as_deref(), &request.filter))?;
    let mut pages = Vec::with_capacity(views.len());
    for view in views {
        let collector = PageCollector {
            collection: view.collection,
            order: request.order,
            after: after.as_ref(),
            limit: request.first.saturating_add(1),
            facets: &request.facets,
        };
        pages.push(view.page(query.as_ref(), &collector)?);
    }
    let mut page = Page::merged(pages, request.first.saturating_add(1));
    let has_next_page = page.top.len() > request.first;
    page.top.truncate(request.first);
    let pieces = request.text.as_deref().filter(|_| request.highlight).map(pieces).unwrap_or_default();
    let hits = page
        .top
        .into_iter()
        .map(|hit| finished(views, hit, request.order, &pieces))
        .collect::<Result<_>>()?;
    let facets =
        page.facets.into_iter().map(|(facet, counts)| (facet, largest(counts, FACET_VALUES))).collect();
    Ok(SearchResult { hits, total: page.total, has_next_page, facets })
}

/// A hit as callers get it.
pub(super) fn finished(views: &[View], hit: Ranked, order: SearchOrder, pieces: &[Piece]) -> Result<Hit> {
    let mut highlights = Vec::new();
    if !pieces.is_empty()
        && let Some(view) = views.iter().find(|view| view.collection == hit.collection)
    {
        let document = view.document(&hit)?;
        let shown = [("title", FIELDS.title), ("summary", FIELDS.summary), ("body", FIELDS.body)];
        highlights = shown
            .into_iter()
            .filter_map(|(name, field)| highlight(name, text(&document, field), pieces))
            .collect();
    }
    let score = (order == SearchOrder::Relevance).then(|| score(hit.rank));
    let cursor = Cursor::new(order, hit.rank, hit.id.clone()).encode();
    Ok(Hit { id: hit.id, collection: hit.collection, score, cursor, highlights })
}

fn trend(views: &[View], request: &TrendRequest) -> Result<Vec<TrendPoint>> {
    let mut points = buckets(request)?;
    let query = made(query(request.text.as_deref(), &period(request)))?;
    let collector = BucketCollector { starts: points.iter().map(|point| point.at).collect() };
    for view in views {
        let counts = view.searcher.search(query.as_ref(), &collector).map_err(|error| view.failed(error))?;
        for (point, count) in points.iter_mut().zip(counts) {
            point.count += count;
        }
    }
    Ok(points)
}

fn top_keywords(views: &[View], request: &TrendRequest, first: usize) -> Result<Vec<FacetCount>> {
    let query = made(query(request.text.as_deref(), &period(request)))?;
    let mut pages = Vec::with_capacity(views.len());
    for view in views {
        let collector = PageCollector {
            collection: view.collection,
            order: SearchOrder::Newest,
            after: None,
            limit: 0,
            facets: &[Facet::Keyword],
        };
        pages.push(view.page(query.as_ref(), &collector)?);
    }
    let counts = Page::merged(pages, 0).facets.remove(&Facet::Keyword).unwrap_or_default();
    Ok(largest(counts, first))
}

fn versions(views: &[View], ids: Vec<String>) -> Result<BTreeMap<String, i64>> {
    let mut versions = BTreeMap::new();
    for id in ids {
        for view in views {
            let found = standing(&view.searcher, &id).map_err(|error| view.failed(error))?;
            if let Some(found) = found.filter(|found| found.is_live) {
                versions.insert(id.clone(), found.version);
            }
        }
    }
    Ok(versions)
}

fn made(query: tantivy::Result<Box<dyn Query>>) -> Result<Box<dyn Query>> {
    query.map_err(|error| StoreError::Internal(format!("making a query: {error}")))
}
