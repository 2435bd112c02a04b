//! A document as an index holds it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::search::buckets::{day, year};
use crate::search::cjk_tokenizer::composed;
use crate::search::prefixes::title_prefixes;
use crate::search::{Collection, IndexedDocument};

/// Every document is one or the other.
pub(super) const LIVE: &str = "live";
pub(super) const REMOVED: &str = "removed";

/// A document to be found.
pub(super) fn document(source: &IndexedDocument) -> Value {
    json!({
        "id": source.id,
        "version": source.version,
        "state": LIVE,
        "collection": source.collection.name(),
        "title": composed(&source.title),
        "summary": composed(&source.summary),
        "body": composed(&source.body),
        "keyword_words": each(&source.keywords).map(|keyword| composed(keyword)).collect::<Vec<_>>(),
        "keyword": each(&source.keywords).collect::<Vec<_>>(),
        "category": each(&source.category_ids).collect::<Vec<_>>(),
        "organization": source.organization_id,
        "language": source.language,
        "published_at": source.published_at,
        "published_on": day(source.published_at),
        "year": year(source.published_at),
        "title_prefix": title_prefixes(&source.title),
    })
}

/// What stays of a removed document, so that a late older write does not bring it back.
pub(super) fn tombstone(collection: Collection, id: &str, version: i64) -> Value {
    json!({"id": id, "version": version, "state": REMOVED, "collection": collection.name()})
}

/// The engine has no versions below 0; rows begin with 1.
pub(super) fn external_version(version: i64) -> i64 {
    version.max(0)
}

fn each(texts: &[String]) -> impl Iterator<Item = &String> {
    BTreeSet::from_iter(texts).into_iter()
}
