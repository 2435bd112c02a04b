//! Carries the outbox to the search indexes. It can be stopped at any point: an entry goes away only after the index holds
//! the row durably, and the row's version keeps an old write from winning.

mod batch;
mod lane;
mod rebuild;

use std::collections::HashSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock as StdRwLock};
use std::time::Duration;

use futures::future::join_all;
use serde::Deserialize;
use service::Clock;
use stores::search::Collection;
use stores::{Result, StoreError};

use self::lane::Lane;
use crate::store::{COLLECTIONS, Stores, category, document, ingest, reindex};

/// How the indexer works.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IndexerSettings {
    /// The most entries that are carried to one index at once.
    pub batch: u32,
    /// After how long another server may take over what this one claimed.
    pub lease_seconds: u32,
    /// How often to look for entries of other servers.
    pub poll_milliseconds: u32,
    /// For how many days the answers to ingests are kept under their keys.
    pub keep_answers_days: u32,
}

impl Default for IndexerSettings {
    fn default() -> Self {
        Self { batch: 500, lease_seconds: 10, poll_milliseconds: 1_000, keep_answers_days: 90 }
    }
}

/// The indexer. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Indexer {
    inner: Arc<Inner>,
}

struct Inner {
    stores: Stores,
    clock: Clock,
    settings: IndexerSettings,
    name: String,
    lanes: [Lane; 3],
    answers_kept_until: AtomicI64,
    rebuilding: StdRwLock<HashSet<String>>,
}

const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);
const CHORES: Duration = Duration::from_secs(5);
const HOUR: i64 = 3_600_000_000;

impl Indexer {
    /// An indexer that has not begun.
    pub fn new(stores: Stores, clock: Clock, settings: IndexerSettings) -> Self {
        let inner = Inner {
            stores,
            clock,
            settings,
            name: crate::store::new_id(),
            lanes: COLLECTIONS.map(Lane::new),
            answers_kept_until: AtomicI64::new(0),
            rebuilding: StdRwLock::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Says that there is something in the outbox.
    pub fn wake(&self) {
        self.inner.lanes.iter().for_each(Lane::wake);
    }

    /// Since when an index could not be written (microseconds); `None` while all is well.
    pub fn failing_since(&self) -> Option<i64> {
        self.inner.lanes.iter().filter_map(Lane::failing_since).min()
    }

    /// Works until the server ends, for each index by itself, so that one that fails holds up no other. A failure waits longer
    /// each time, up to five seconds, and never gives up.
    pub async fn run(self) {
        let lanes = self.inner.lanes.iter().map(|lane| lane.run(&self.inner));
        tokio::join!(join_all(lanes), self.do_chores());
    }

    async fn do_chores(&self) {
        loop {
            if let Err(error) = self.chores().await {
                tracing::warn!(error = %error, "the indexer's chores failed");
            }
            tokio::time::sleep(CHORES).await;
        }
    }

    /// Carries entries until none is left that this server may take. Fails if an index does, after the others are done.
    pub async fn drain(&self) -> Result<()> {
        self.chores().await?;
        let mut outcome = Ok(());
        for lane in &self.inner.lanes {
            outcome = outcome.and(lane.drain(&self.inner).await);
        }
        outcome
    }

    /// What has to be done now and then: documents below moved categories, rebuilds that died, old answers.
    async fn chores(&self) -> Result<()> {
        self.settle_moves().await?;
        rebuild::bury_the_dead(&self.inner).await?;
        let now = self.inner.clock.now();
        if self.inner.answers_kept_until.load(Ordering::Relaxed) <= now {
            self.inner.answers_kept_until.store(now + HOUR, Ordering::Relaxed);
            let before = now - i64::from(self.inner.settings.keep_answers_days) * 24 * HOUR;
            ingest::forget_answers(&self.inner.stores.document_meta, before).await?;
        }
        Ok(())
    }

    /// Queues the documents below categories that were moved, because the index holds every document's ancestors.
    pub async fn settle_moves(&self) -> Result<()> {
        let stores = &self.inner.stores;
        for (category_id, moved_at) in category::moved(&stores.common).await? {
            let tree = category::tree(&stores.common).await?;
            let below: Vec<String> = tree.subtree(&category_id).into_iter().collect();
            let at = self.inner.clock.now();
            let documents = document::touch_categories(&stores.document_meta, &below, at).await?;
            category::settled(&stores.common, &category_id, moved_at).await?;
            tracing::info!(category = category_id, documents, "queued the documents of a moved category");
            self.wake();
        }
        Ok(())
    }

    /// Begins to rebuild a collection's index in the background, unless that is under way.
    pub async fn reindex(&self, collection: &str, started_by: &str) -> Result<Reindexing> {
        let row = reindex::Reindex {
            id: crate::store::new_id(),
            collection: collection.to_owned(),
            state: "running".to_owned(),
            documents: 0,
            started_by: started_by.to_owned(),
            started_at: self.inner.clock.now(),
            finished_at: None,
        };
        let database = &self.inner.stores.common;
        while !reindex::begin(database, &row).await? {
            // None if it ended just now: then this one may begin after all.
            if let Some(running) = reindex::running(database, collection).await? {
                return Ok(Reindexing::UnderWay(running));
            }
        }
        let (inner, job) = (Arc::clone(&self.inner), row.clone());
        tokio::spawn(async move { rebuild::run(&inner, &job).await });
        Ok(Reindexing::Begun(row))
    }
}

/// What became of the wish to rebuild an index.
pub enum Reindexing {
    /// This rebuild has begun.
    Begun(reindex::Reindex),
    /// This one was under way already.
    UnderWay(reindex::Reindex),
}

impl Inner {
    fn lane(&self, collection: Collection) -> &Lane {
        &self.lanes[collection as usize]
    }

    fn lease_micros(&self) -> i64 {
        i64::from(self.settings.lease_seconds) * 1_000_000
    }

    fn note_rebuild(&self, id: &str, alive: bool) {
        let mut ids = self.rebuilding.write().unwrap_or_else(PoisonError::into_inner);
        if alive {
            ids.insert(id.to_owned())
        } else {
            ids.remove(id)
        };
    }

    fn is_rebuilding(&self, id: &str) -> bool {
        self.rebuilding.read().unwrap_or_else(PoisonError::into_inner).contains(id)
    }
}

/// Whether trying the same again later may help.
fn is_passing(error: &StoreError) -> bool {
    matches!(error, StoreError::Unavailable { .. } | StoreError::RolledBack { .. })
}
