//! Documents like a given one.

use serde_json::{Value, json};

use super::client::Client;
use super::documents::LIVE;
use super::names::Names;
use super::page::{hits, sort};
use crate::Result;
use crate::search::{Hit, SearchOrder};

/// How many words stand for the document, and which part of them a similar one has.
const WORDS: usize = 25;
const IN_COMMON: &str = "8%";

pub(super) async fn similar(client: &Client, names: &Names, id: &str, first: usize) -> Result<Vec<Hit>> {
    let path = format!("/{}/_search", names.aliases(&[]));
    let own = json!({
        "query": {"bool": {"filter": [{"term": {"id": id}}, {"term": {"state": LIVE}}]}},
        "size": 1,
        "_source": ["title", "summary", "keyword_words"],
    });
    let answer = client.search(&[], &path, "", &own).await?;
    let source = &answer["hits"]["hits"][0]["_source"];
    if source.is_null() || first == 0 {
        return Ok(Vec::new());
    }
    let body = body(id, &telling_texts(source), first);
    hits(&client.search(&[], &path, "", &body).await?, SearchOrder::Relevance, &[])
}

/// Title and keywords tell more than the summary.
fn telling_texts(source: &Value) -> Vec<&str> {
    let keywords = source["keyword_words"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let strong: Vec<&str> = source["title"].as_str().into_iter().chain(keywords).collect();
    let weak = source["summary"].as_str();
    [&strong, &strong, &strong].into_iter().flatten().copied().chain(weak).collect()
}

fn body(id: &str, like: &[&str], first: usize) -> Value {
    let like = json!({"more_like_this": {
        "fields": ["title", "keyword_words", "summary"],
        "like": like,
        "min_term_freq": 1,
        "min_doc_freq": 1,
        "max_query_terms": WORDS,
        "minimum_should_match": IN_COMMON,
    }});
    json!({
        "query": {"bool": {
            "must": like,
            "filter": {"term": {"state": LIVE}},
            "must_not": {"term": {"id": id}},
        }},
        "size": first,
        "sort": sort(SearchOrder::Relevance),
        "track_total_hits": false,
        "_source": false,
        "docvalue_fields": ["id", "collection"],
    })
}
