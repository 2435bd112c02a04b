//! Facets as aggregations.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::search::counting::{FACET_VALUES, largest};
use crate::search::{Facet, FacetCount};

/// Every index sends so many of its values, so that the sums over several are right.
const VALUES_PER_INDEX: usize = 10_000;

/// The aggregations of these facets.
pub(super) fn aggregations(facets: &[Facet]) -> Value {
    let named = |facet: &Facet| (field(*facet).to_owned(), terms(field(*facet), FACET_VALUES));
    Value::Object(facets.iter().map(named).collect::<Map<_, _>>())
}

/// An aggregation by the values of a field, largest first.
pub(super) fn terms(field: &str, size: usize) -> Value {
    let order = json!([{"_count": "desc"}, {"_key": "asc"}]);
    json!({"terms": {"field": field, "size": size.max(1), "shard_size": VALUES_PER_INDEX.max(size), "order": order}})
}

/// The counts of these facets in an answer.
pub(super) fn counted(facets: &[Facet], answer: &Value) -> BTreeMap<Facet, Vec<FacetCount>> {
    let counts = |facet: &Facet| (*facet, buckets(&answer["aggregations"][field(*facet)], FACET_VALUES));
    facets.iter().map(counts).collect()
}

/// The largest buckets of an aggregation.
pub(super) fn buckets(aggregation: &Value, first: usize) -> Vec<FacetCount> {
    let buckets = aggregation["buckets"].as_array().into_iter().flatten();
    let count = |bucket: &Value| {
        let value = bucket["key"].as_str().map_or_else(|| bucket["key"].to_string(), str::to_owned);
        (value, bucket["doc_count"].as_u64().unwrap_or_default())
    };
    largest(buckets.map(count).collect(), first)
}

fn field(facet: Facet) -> &'static str {
    match facet {
        Facet::Collection => "collection",
        Facet::Category => "category",
        Facet::Organization => "organization",
        Facet::Keyword => "keyword",
        Facet::Language => "language",
        Facet::Year => "year",
    }
}
