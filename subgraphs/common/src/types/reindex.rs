//! `Reindex` and `IngestStatus`: what operators see of the way from Document Meta to the index.

use async_graphql::{Enum, ID, Object, SimpleObject};
use service::DateTime;

use super::collection::Collection;
use crate::store::{collection_named, reindex};

/// Whether a rebuild is over and how it ended.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReindexState {
    /// The new index is being filled; searches use the old one.
    Running,
    /// The new index serves.
    Published,
    /// It was given up; the old index serves, or the new one if it had just taken over.
    Failed,
}

/// A rebuild of a collection's index.
pub struct Reindex(pub reindex::Reindex);

/// A rebuild of a collection's index.
#[Object]
impl Reindex {
    /// The rebuild's id.
    async fn id(&self) -> ID {
        ID::from(&self.0.id)
    }

    /// Which collection.
    async fn collection(&self) -> async_graphql::Result<Collection> {
        Ok(collection_named(&self.0.collection).map_err(service::Failure::from)?.into())
    }

    /// Whether it is over and how it ended.
    async fn state(&self) -> ReindexState {
        match self.0.state.as_str() {
            "running" => ReindexState::Running,
            "published" => ReindexState::Published,
            _ => ReindexState::Failed,
        }
    }

    /// How many documents the new index has so far.
    async fn documents(&self) -> i32 {
        i32::try_from(self.0.documents).unwrap_or(i32::MAX)
    }

    /// When it began.
    async fn started_at(&self) -> DateTime {
        DateTime(self.0.started_at)
    }

    /// When it ended.
    async fn finished_at(&self) -> Option<DateTime> {
        self.0.finished_at.map(DateTime)
    }
}

/// How far the index is behind Document Meta.
#[derive(SimpleObject)]
pub struct IngestStatus {
    /// How many changes the index has still to learn.
    pub pending: i32,
    /// How many of them are being carried right now.
    pub claimed: i32,
    /// How many the index refused; they are tried again every minute, and the log says why.
    pub refused: i32,
    /// When the oldest of them was made.
    pub oldest_pending_at: Option<DateTime>,
    /// Whether the index answers.
    pub search_available: bool,
    /// Since when the index could not be written; null while all is well.
    pub failing_since: Option<DateTime>,
}
