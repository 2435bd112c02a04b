//! Counts over time, and the keywords of a period.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::client::Client;
use super::facets;
use super::names::Names;
use super::query::query;
use crate::Result;
use crate::search::buckets::{buckets, period};
use crate::search::{FacetCount, Interval, TrendPoint, TrendRequest};

pub(super) async fn trend(client: &Client, names: &Names, request: &TrendRequest) -> Result<Vec<TrendPoint>> {
    let mut points = buckets(request)?;
    let histogram = json!({"date_histogram": {
        "field": "published_on",
        "calendar_interval": unit(request.interval),
        "time_zone": "UTC",
        "min_doc_count": 1,
    }});
    let answer = counted(client, names, request, histogram).await?;
    let found = answer["aggregations"]["counted"]["buckets"].as_array().into_iter().flatten();
    let count =
        |bucket: &Value| Some((bucket["key"].as_i64()?.checked_mul(1_000)?, bucket["doc_count"].as_u64()?));
    let counts: BTreeMap<i64, u64> = found.filter_map(count).collect();
    for point in &mut points {
        point.count = counts.get(&point.at).copied().unwrap_or_default();
    }
    Ok(points)
}

pub(super) async fn top_keywords(
    client: &Client,
    names: &Names,
    request: &TrendRequest,
    first: usize,
) -> Result<Vec<FacetCount>> {
    let answer = counted(client, names, request, facets::terms("keyword", first)).await?;
    Ok(facets::buckets(&answer["aggregations"]["counted"], first))
}

async fn counted(
    client: &Client,
    names: &Names,
    request: &TrendRequest,
    aggregation: Value,
) -> Result<Value> {
    let body = json!({
        "query": query(request.text.as_deref(), &period(request)),
        "size": 0,
        "track_total_hits": false,
        "aggs": {"counted": aggregation},
    });
    let path = format!("/{}/_search", names.aliases(&request.collections));
    client.search(&request.collections, &path, "", &body).await
}

fn unit(interval: Interval) -> &'static str {
    match interval {
        Interval::Day => "day",
        Interval::Week => "week",
        Interval::Month => "month",
        Interval::Year => "year",
    }
}
