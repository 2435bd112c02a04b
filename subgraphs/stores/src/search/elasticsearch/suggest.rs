//! Titles that begin like what is being typed.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::client::Client;
use super::documents::LIVE;
use super::names::Names;
use crate::Result;
use crate::search::Collection;
use crate::search::prefixes::{LOOKED_AT, is_suggested, title_term, word_terms};

/// Titles that begin like `prefix` first, then those with words that do; of either the newest first.
pub(super) async fn suggest(
    client: &Client,
    names: &Names,
    collections: &[Collection],
    prefix: &str,
    first: usize,
) -> Result<Vec<String>> {
    let words = word_terms(prefix);
    let path = format!("/{}/_search", names.aliases(collections));
    let is_asked = !words.is_empty() && first > 0;
    let size = if is_asked { first.saturating_mul(2 * LOOKED_AT) } else { 0 };
    let answer = client.search(collections, &path, "", &body(prefix, &words, size)).await?;
    let mut seen = BTreeSet::new();
    let hits = answer["hits"]["hits"].as_array().into_iter().flatten();
    let titles = hits.filter_map(|hit| hit["_source"]["title"].as_str());
    let fitting = titles.filter(|title| is_suggested(title, prefix) && seen.insert((*title).to_owned()));
    Ok(fitting.take(first).map(str::to_owned).collect())
}

fn body(prefix: &str, words: &[String], size: usize) -> Value {
    let term = |prefix: &str| json!({"term": {"title_prefix": prefix}});
    let all_words: Vec<Value> = words.iter().map(|word| term(word)).collect();
    let begins = json!({"constant_score": {"filter": term(&title_term(prefix)), "boost": 2}});
    let has_words = json!({"constant_score": {"filter": {"bool": {"filter": all_words}}, "boost": 1}});
    let best = json!({"dis_max": {"queries": [begins, has_words]}});
    json!({
        "query": {"bool": {"must": best, "filter": {"term": {"state": LIVE}}}},
        "size": size,
        "sort": [{"_score": "desc"}, {"published_at": "desc"}, {"id": "asc"}],
        "track_total_hits": false,
        "_source": ["title"],
    })
}
