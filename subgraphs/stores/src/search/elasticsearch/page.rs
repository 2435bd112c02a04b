//! A page of hits: the body of a search and what its answer says.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::client::Client;
use super::facets::{aggregations, counted};
use super::names::Names;
use super::query::query;
use crate::search::cjk_tokenizer::{Piece, pieces};
use crate::search::cursor::{Cursor, score};
use crate::search::highlight::highlight;
use crate::search::{Collection, Highlight, Hit, SearchOrder, SearchRequest, SearchResult};
use crate::{Result, StoreError};

/// What of a hit is read without loading its texts.
const FIELDS: [&str; 2] = ["id", "collection"];

pub(super) async fn search(client: &Client, names: &Names, request: &SearchRequest) -> Result<SearchResult> {
    let path = format!("/{}/_search", names.aliases(&request.collections));
    let text = text(request);
    let answer = client.search(&request.collections, &path, &preference(text), &body(request)?).await?;
    let pieces = if request.highlight { pieces(text) } else { Vec::new() };
    let mut hits = hits(&answer, request.order, &pieces)?;
    let has_next_page = hits.len() > request.first;
    hits.truncate(request.first);
    let total = answer["hits"]["total"]["value"].as_u64().ok_or_else(|| misread("no total"))?;
    Ok(SearchResult { hits, total, has_next_page, facets: counted(&request.facets, &answer) })
}

/// The words that are searched for.
pub(super) fn text(request: &SearchRequest) -> &str {
    request.text.as_deref().unwrap_or_default().trim()
}

/// One more hit than asked for tells whether there is a next page.
pub(super) fn body(request: &SearchRequest) -> Result<Value> {
    let is_shown = request.highlight && request.text.is_some();
    let mut body = json!({
        "query": query(request.text.as_deref(), &request.filter),
        "size": request.first.saturating_add(1),
        "sort": sort(request.order),
        "track_total_hits": true,
        "_source": if is_shown { json!(["title", "summary", "body"]) } else { json!(false) },
        "docvalue_fields": FIELDS,
    });
    if !request.facets.is_empty() {
        body["aggs"] = aggregations(&request.facets);
    }
    if let Some(after) = &request.after {
        body["search_after"] = search_after(&Cursor::decode(after, request.order)?, request.order);
    }
    Ok(body)
}

/// Orders by rank, then by id.
pub(super) fn sort(order: SearchOrder) -> Value {
    match order {
        SearchOrder::Relevance => json!([{"_score": "desc"}, {"id": "asc"}]),
        SearchOrder::Newest => json!([{"published_at": "desc"}, {"id": "asc"}]),
        SearchOrder::Oldest => json!([{"published_at": "asc"}, {"id": "asc"}]),
    }
}

fn search_after(cursor: &Cursor, order: SearchOrder) -> Value {
    match order {
        SearchOrder::Relevance => json!([score(cursor.rank), cursor.id]),
        SearchOrder::Newest => json!([cursor.rank, cursor.id]),
        SearchOrder::Oldest => json!([!cursor.rank, cursor.id]),
    }
}

/// The hits of an answer.
pub(super) fn hits(answer: &Value, order: SearchOrder, pieces: &[Piece]) -> Result<Vec<Hit>> {
    let hits = answer["hits"]["hits"].as_array().ok_or_else(|| misread("no hits"))?;
    hits.iter().map(|hit| read(hit, order, pieces).ok_or_else(|| misread("a hit"))).collect()
}

fn read(hit: &Value, order: SearchOrder, pieces: &[Piece]) -> Option<Hit> {
    let id = hit["fields"]["id"][0].as_str()?.to_owned();
    let collection = Collection::from_name(hit["fields"]["collection"][0].as_str()?)?;
    let rank = rank(&hit["sort"][0], order)?;
    let cursor = Cursor::new(order, rank, id.clone()).encode();
    let score = (order == SearchOrder::Relevance).then(|| score(rank));
    Some(Hit { id, collection, score, cursor, highlights: highlights(&hit["_source"], pieces) })
}

#[expect(clippy::cast_possible_truncation, reason = "the engine counts scores in 32 bits and prints them so")]
fn rank(sorted: &Value, order: SearchOrder) -> Option<i64> {
    match order {
        // The bits of a positive float are ordered as the float.
        SearchOrder::Relevance => Some(i64::from((sorted.as_f64()?.max(0.0) as f32).to_bits())),
        SearchOrder::Newest => sorted.as_i64(),
        SearchOrder::Oldest => sorted.as_i64().map(|time| !time),
    }
}

/// Found in the texts as the embedded engine finds them, so that users see the same; the engine's own highlighter would fail a
/// search for one very long text, and marks whole bigrams where a single letter was asked for.
fn highlights(source: &Value, pieces: &[Piece]) -> Vec<Highlight> {
    if pieces.is_empty() {
        return Vec::new();
    }
    let shown = ["title", "summary", "body"].into_iter();
    shown.filter_map(|field| highlight(field, source[field].as_str()?, pieces)).collect()
}

/// The same words are answered by the same copy of an index: copies count scores a little differently, and pages would not fit.
pub(super) fn preference(text: &str) -> String {
    if text.is_empty() { String::new() } else { hex::encode(&Sha256::digest(text)[..8]) }
}

fn misread(what: &str) -> StoreError {
    StoreError::Internal(format!("an answer of the search engine that cannot be read: {what}"))
}
