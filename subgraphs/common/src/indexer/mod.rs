//! Carries the outbox to the search indexes. It can be stopped at any point: an entry goes away only after the index holds
//! the row durably, and the row's version keeps an old write from winning.

mod batch;
mod rebuild;

use std::collections::HashSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock as StdRwLock};
use std::time::{Duration, Instant};

use serde::Deserialize;
use service::Clock;
use stores::{Result, StoreError};
use tokio::sync::{Mutex, Notify, RwLock};

use crate::store::{Stores, category, document, ingest, outbox, reindex};

/// How the indexer works.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IndexerSettings {
    /// The most entries that are carried at once.
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
    wake: Notify,
    /// One batch at a time.
    stepping: Mutex<()>,
    /// Held for reading by a batch, for writing while a rebuilt index takes over.
    takeover: RwLock<()>,
    failing_since: AtomicI64,
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
            wake: Notify::new(),
            stepping: Mutex::new(()),
            takeover: RwLock::new(()),
            failing_since: AtomicI64::new(0),
            answers_kept_until: AtomicI64::new(0),
            rebuilding: StdRwLock::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Says that there is something in the outbox.
    pub fn wake(&self) {
        self.inner.wake.notify_one();
    }

    /// Since when the index could not be written (microseconds); `None` while all is well.
    pub fn failing_since(&self) -> Option<i64> {
        Some(self.inner.failing_since.load(Ordering::Relaxed)).filter(|since| *since != 0)
    }

    /// Works until the server ends. A failure waits longer each time, up to five seconds, and never gives up.
    pub async fn run(self) {
        let mut wait = FIRST_WAIT;
        let mut next_chores = Instant::now();
        loop {
            if next_chores <= Instant::now() {
                next_chores = Instant::now() + CHORES;
                if let Err(error) = self.chores().await {
                    tracing::warn!(error = %error, "the indexer's chores failed");
                }
            }
            match self.step().await {
                Ok(0) => {
                    wait = FIRST_WAIT;
                    self.rest(next_chores).await;
                }
                Ok(_) => wait = FIRST_WAIT,
                Err(error) => {
                    tracing::warn!(error = %error, wait_ms = wait.as_millis(), "the index could not be written, trying again");
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
            }
        }
    }

    async fn rest(&self, until: Instant) {
        let poll = Duration::from_millis(u64::from(self.inner.settings.poll_milliseconds.max(1)));
        tokio::select! {
            () = self.inner.wake.notified() => {}
            () = tokio::time::sleep(poll) => {}
            () = tokio::time::sleep_until(until.into()) => {}
        }
    }

    /// Carries entries until none is left that this server may take. Fails if the index does.
    pub async fn drain(&self) -> Result<()> {
        self.chores().await?;
        while self.step().await? > 0 {}
        Ok(())
    }

    /// Carries one batch; how many entries that took from the outbox.
    async fn step(&self) -> Result<usize> {
        let _one = self.inner.stepping.lock().await;
        let _serving = self.inner.takeover.read().await;
        let carried = batch::carry(&self.inner).await;
        match &carried {
            Ok(_) => self.inner.failing_since.store(0, Ordering::Relaxed),
            Err(_) => {
                let now = self.inner.clock.now();
                let since = &self.inner.failing_since;
                let _ = since.compare_exchange(0, now, Ordering::Relaxed, Ordering::Relaxed);
                // Others may have better luck; if this fails too, the lease ends by itself.
                let _ = outbox::release(&self.inner.stores.document_meta, &self.inner.name).await;
            }
        }
        carried
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
