//! `CrawlCounts`: how the items of a run stand.

use async_graphql::SimpleObject;

use crate::store::items::Counts;

/// How many items of a run are in each state.
#[derive(SimpleObject, Clone, Copy, Debug, PartialEq, Eq)]
pub struct CrawlCounts {
    /// All URLs that the run knows.
    total: i32,
    /// Waiting to be fetched.
    discovered: i32,
    /// Stored on the NAS, waiting to be handed over.
    stored: i32,
    /// Taken in.
    done: i32,
    /// Left out on purpose.
    skipped: i32,
    /// Failed.
    failed: i32,
}

impl From<Counts> for CrawlCounts {
    fn from(counts: Counts) -> Self {
        let int = |count: i64| i32::try_from(count).unwrap_or(i32::MAX);
        Self {
            total: int(counts.total()),
            discovered: int(counts.discovered),
            stored: int(counts.stored),
            done: int(counts.done),
            skipped: int(counts.skipped),
            failed: int(counts.failed),
        }
    }
}
