//! Trends: how often words occur over time, what is talked about, how much there is.

use async_graphql::{Enum, InputObject, SimpleObject};
use service::DateTime;
use stores::search;

use super::collection::Collection;
use super::keyword::Keyword;

/// A period of time.
#[derive(InputObject, Clone, Copy, Debug)]
pub struct PeriodInput {
    /// From this moment on.
    pub from: DateTime,
    /// Until right before this moment.
    pub to: DateTime,
}

/// How long the steps of a trend are. They begin at midnight UTC, on Mondays, on the first of months or of years.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "search::Interval")]
pub enum TrendInterval {
    /// One day.
    Day,
    /// One week.
    Week,
    /// One month.
    Month,
    /// One year.
    Year,
}

/// How many documents had a term over time.
#[derive(SimpleObject)]
pub struct TermTrend {
    /// The term as asked for.
    pub term: String,
    /// How many documents in the whole period.
    pub total: i32,
    /// One point for each step of the period, those without documents included.
    pub points: Vec<TrendPoint>,
}

/// One step of a trend.
#[derive(SimpleObject)]
pub struct TrendPoint {
    /// When the step begins.
    pub at: DateTime,
    /// How many documents.
    pub count: i32,
}

/// How many documents of a period have a keyword.
#[derive(SimpleObject)]
pub struct KeywordCount {
    /// The keyword.
    pub keyword: Keyword,
    /// How many documents of the period have it.
    pub count: i32,
}

/// How many documents a collection has.
#[derive(SimpleObject)]
pub struct CollectionCount {
    /// The collection.
    pub collection: Collection,
    /// How many documents.
    pub count: i32,
}
