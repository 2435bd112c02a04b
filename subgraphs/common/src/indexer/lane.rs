//! The way from the outbox to one index. Each index has its own, so that one that is down or hangs holds up no other.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use stores::Result;
use stores::search::Collection;
use tokio::sync::{Mutex, Notify, RwLock};

use super::{FIRST_WAIT, Inner, LONGEST_WAIT, batch};
use crate::store::outbox;

/// The lane of a collection.
pub(super) struct Lane {
    pub collection: Collection,
    /// Held for reading by a batch, for writing while a rebuilt index takes over.
    pub takeover: RwLock<()>,
    /// One batch at a time.
    stepping: Mutex<()>,
    wake: Notify,
    failing_since: AtomicI64,
}

impl Lane {
    pub(super) fn new(collection: Collection) -> Self {
        Self {
            collection,
            takeover: RwLock::new(()),
            stepping: Mutex::new(()),
            wake: Notify::new(),
            failing_since: AtomicI64::new(0),
        }
    }

    pub(super) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Since when the index could not be written.
    pub(super) fn failing_since(&self) -> Option<i64> {
        Some(self.failing_since.load(Ordering::Relaxed)).filter(|since| *since != 0)
    }

    /// Works until the server ends.
    pub(super) async fn run(&self, inner: &Inner) {
        let mut wait = FIRST_WAIT;
        loop {
            match self.step(inner).await {
                Ok(0) => {
                    wait = FIRST_WAIT;
                    self.rest(inner).await;
                }
                Ok(_) => wait = FIRST_WAIT,
                Err(error) => {
                    let (index, wait_ms) = (self.collection.name(), wait.as_millis());
                    tracing::warn!(error = %error, index, wait_ms, "the index could not be written, trying again");
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
            }
        }
    }

    async fn rest(&self, inner: &Inner) {
        let poll = Duration::from_millis(u64::from(inner.settings.poll_milliseconds.max(1)));
        tokio::select! {
            () = self.wake.notified() => {}
            () = tokio::time::sleep(poll) => {}
        }
    }

    /// Carries entries until none is left that this server may take.
    pub(super) async fn drain(&self, inner: &Inner) -> Result<()> {
        while self.step(inner).await? > 0 {}
        Ok(())
    }

    /// Carries one batch; how many entries that took from the outbox.
    async fn step(&self, inner: &Inner) -> Result<usize> {
        let _one = self.stepping.lock().await;
        let _serving = self.takeover.read().await;
        let carried = batch::carry(inner, self.collection).await;
        match &carried {
            Ok(_) => self.failing_since.store(0, Ordering::Relaxed),
            Err(_) => {
                let now = inner.clock.now();
                let _ = self.failing_since.compare_exchange(0, now, Ordering::Relaxed, Ordering::Relaxed);
                // Others may have better luck; if this fails too, the lease ends by itself.
                let _ = outbox::release(&inner.stores.document_meta, &inner.name, self.collection).await;
            }
        }
        carried
    }
}
