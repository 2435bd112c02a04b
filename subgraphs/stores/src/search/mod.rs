//! Search over the three collections: one interface, and behind it an embedded engine (tantivy) or Elasticsearch.

pub mod cjk_tokenizer;
#[cfg(feature = "elasticsearch")]
pub mod elasticsearch;
pub mod embedded;

mod buckets;
mod checked;
mod counting;
mod cursor;
mod highlight;
mod opening;
mod prefixes;
mod relevance;

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::Result;

pub use opening::{Connection, open_reader, open_writer};

/// The three indexes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Collection {
    /// Documents about politics and policy.
    Politica,
    /// Screened items.
    Screening,
    /// Research projects.
    Project,
}

impl Collection {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Politica, Self::Screening, Self::Project];

    /// The name of its index, which is also what Document Meta stores.
    pub fn name(self) -> &'static str {
        match self {
            Self::Politica => "politica",
            Self::Screening => "screening",
            Self::Project => "project",
        }
    }

    /// The collection of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|collection| collection.name() == name)
    }
}

/// A document as the index holds it; derived from Document Meta.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IndexedDocument {
    /// The document's id.
    pub id: String,
    /// Which index it belongs to.
    pub collection: Collection,
    /// The row's version in Document Meta; an older version never overwrites a newer one.
    pub version: i64,
    /// Title, analyzed with CJK bigrams.
    pub title: String,
    /// Abstract; may be empty.
    pub summary: String,
    /// Full text.
    pub body: String,
    /// BCP 47 primary language: `ko`, `en`, …
    pub language: String,
    /// Microseconds since 1970.
    pub published_at: i64,
    /// The category's id and those of its ancestors, root first, so that a filter on a parent finds it.
    pub category_ids: Vec<String>,
    /// The issuing organization.
    pub organization_id: Option<String>,
    /// Keywords as written.
    pub keywords: Vec<String>,
}

/// What is searched for. Everything set must hold.
#[derive(Clone, Debug, Default)]
pub struct SearchRequest {
    /// Which indexes; empty means all three.
    pub collections: Vec<Collection>,
    /// The user's words: plain text, never query syntax. Empty or `None` finds everything that the filters let through.
    pub text: Option<String>,
    /// Filters.
    pub filter: SearchFilter,
    /// The order of the hits.
    pub order: SearchOrder,
    /// How many hits (the caller has capped it).
    pub first: usize,
    /// The opaque cursor of the hit after which to go on; one that cannot be read is `StoreError::InvalidName`.
    pub after: Option<String>,
    /// Which facets to count.
    pub facets: Vec<Facet>,
    /// Whether to return highlight ranges.
    pub highlight: bool,
}

/// Filters of a search.
#[derive(Clone, Debug, Default)]
pub struct SearchFilter {
    /// Any of these categories (or a descendant).
    pub category_ids: Vec<String>,
    /// Any of these organizations.
    pub organization_ids: Vec<String>,
    /// Any of these keywords, exactly.
    pub keywords: Vec<String>,
    /// Any of these languages.
    pub languages: Vec<String>,
    /// Published at or after (microseconds).
    pub published_from: Option<i64>,
    /// Published before (microseconds).
    pub published_before: Option<i64>,
}

/// The order of hits; ties are broken by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SearchOrder {
    /// Best first.
    #[default]
    Relevance,
    /// Newest first.
    Newest,
    /// Oldest first.
    Oldest,
}

/// What can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Facet {
    /// By index.
    Collection,
    /// By category id (ancestors count their descendants).
    Category,
    /// By organization id.
    Organization,
    /// By keyword.
    Keyword,
    /// By language.
    Language,
    /// By year of publication (`2026`).
    Year,
}

/// A page of hits.
#[derive(Clone, Debug, Default)]
pub struct SearchResult {
    /// The hits in order.
    pub hits: Vec<Hit>,
    /// How many documents match in all.
    pub total: u64,
    /// Whether there are more after the last hit.
    pub has_next_page: bool,
    /// Counts per facet, largest first.
    pub facets: BTreeMap<Facet, Vec<FacetCount>>,
}

/// One hit.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The document's id.
    pub id: String,
    /// Its index.
    pub collection: Collection,
    /// The score when ordered by relevance; comparable within one engine only.
    pub score: Option<f64>,
    /// The cursor of this hit.
    pub cursor: String,
    /// Highlights, when asked for.
    pub highlights: Vec<Highlight>,
}

/// A piece of text with the ranges that matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Highlight {
    /// `title`, `summary` or `body`.
    pub field: &'static str,
    /// The fragment.
    pub fragment: String,
    /// Matching ranges in `fragment`, as character offsets `[start, end)`, ascending, disjoint.
    pub ranges: Vec<(usize, usize)>,
}

/// One bucket of a facet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetCount {
    /// The value (an id, a keyword, `politica`, `2026`).
    pub value: String,
    /// How many matching documents have it.
    pub count: u64,
}

/// How often words occur over time.
#[derive(Clone, Debug)]
pub struct TrendRequest {
    /// Which indexes; empty means all.
    pub collections: Vec<Collection>,
    /// The words; `None` counts all documents.
    pub text: Option<String>,
    /// From (microseconds, inclusive).
    pub from: i64,
    /// To (microseconds, exclusive).
    pub before: i64,
    /// Bucket length.
    pub interval: Interval,
}

/// Bucket length of a trend; buckets begin at UTC midnight, Mondays, firsts of months or of years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interval {
    /// One day.
    Day,
    /// One week.
    Week,
    /// One month.
    Month,
    /// One year.
    Year,
}

/// One bucket of a trend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrendPoint {
    /// Where the bucket begins (microseconds).
    pub at: i64,
    /// Documents in it; empty buckets inside the period are listed with 0.
    pub count: u64,
}

/// A search engine for reading. `document` and `common` hold it.
#[async_trait]
pub trait SearchReader: Send + Sync {
    /// Searches.
    async fn search(&self, request: &SearchRequest) -> Result<SearchResult>;
    /// Titles that begin like (or contain a word that begins like) `prefix`, distinct, best first.
    async fn suggest(&self, collections: &[Collection], prefix: &str, first: usize) -> Result<Vec<String>>;
    /// Documents like this one (more-like-this over title, summary and keywords), best first, without itself.
    async fn similar(&self, id: &str, first: usize) -> Result<Vec<Hit>>;
    /// Counts over time.
    async fn trend(&self, request: &TrendRequest) -> Result<Vec<TrendPoint>>;
    /// The most frequent keywords of a period with their counts.
    async fn top_keywords(&self, request: &TrendRequest, first: usize) -> Result<Vec<FacetCount>>;
    /// The version under which each of these documents stands in the index; those that are not there are left out.
    async fn versions(&self, ids: &[String]) -> Result<BTreeMap<String, i64>>;
    /// For readiness.
    async fn ping(&self) -> Result<()>;
}

/// A search engine for writing. Only `common` holds it.
#[async_trait]
pub trait SearchWriter: Send + Sync {
    /// Puts documents, each under its version: one that is not newer than what stands there is skipped. On return the
    /// documents are durable and found by searches that start afterwards.
    async fn put(&self, documents: &[IndexedDocument]) -> Result<()>;
    /// Removes documents; `version` is the version of the removal.
    async fn remove(&self, documents: &[(Collection, String, i64)]) -> Result<()>;
    /// Begins to rebuild a collection beside the one that serves; searches go on with the old one until `publish`.
    async fn begin_rebuild(&self, collection: Collection) -> Result<Box<dyn Rebuild>>;
}

/// A rebuild under way.
#[async_trait]
pub trait Rebuild: Send {
    /// Puts documents into the new index.
    async fn put(&mut self, documents: &[IndexedDocument]) -> Result<()>;
    /// Lets the new index serve in place of the old one.
    async fn publish(self: Box<Self>) -> Result<()>;
}
