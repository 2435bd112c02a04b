//! Keeps a NAS that is gone or hangs from holding up its callers: each step has a time limit, a failure closes the gate for
//! all who come next, and a probe opens it again.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio_util::context::TokioContext;

use super::engine::{Engine, unavailable};
use crate::{Result, StoreError};

/// One step may take this long on a place that answers otherwise: an answer, or one piece of a content.
pub(super) const STEP: Duration = Duration::from_secs(10);

/// After this long without an answer the place is probed: if it answers nothing at all, nobody waits any longer.
const PATIENCE: Duration = Duration::from_secs(3);

/// Bringing a content to the disk may take this long and a time by its size; the disk may have much else to write before.
const LAST_STEP: Duration = Duration::from_secs(30);

/// How many bytes a slow disk writes in a millisecond. Some WebDAV servers do nothing else meanwhile.
const SLOW_DISK: u64 = 32 << 10;

/// A caller that gives up later than this may have met a place that answers nothing.
const GIVEN_UP: Duration = Duration::from_millis(1_500);

/// How long a probe may take, and the time between two.
const PROBE: Duration = Duration::from_secs(1);

/// The gate in front of one place.
pub(super) struct Gate {
    closed: Arc<AtomicBool>,
    engine: Weak<dyn Engine>,
    threads: Option<Handle>,
}

impl Gate {
    /// An open gate.
    pub(super) fn new(engine: &Arc<dyn Engine>) -> Self {
        Self { closed: Arc::default(), engine: Arc::downgrade(engine), threads: engine.threads() }
    }

    /// Does one step, unless the place is known not to answer.
    pub(super) async fn pass<T>(&self, step: impl Future<Output = Result<T>>) -> Result<T> {
        self.pass_within(STEP, PATIENCE, step).await
    }

    /// Does the step that brings a content of this size to the disk.
    pub(super) async fn pass_at_last<T>(
        &self,
        size: u64,
        step: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let writing = Duration::from_millis(size / SLOW_DISK);
        self.pass_within(LAST_STEP + writing, PATIENCE + writing, step).await
    }

    async fn pass_within<T>(
        &self,
        limit: Duration,
        patience: Duration,
        step: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        if self.closed.load(Ordering::Relaxed) {
            return Err(unavailable(&"it did not answer a moment ago"));
        }
        let step = async {
            match &self.threads {
                Some(threads) => TokioContext::new(step, threads.clone()).await,
                None => step.await,
            }
        };
        // Whoever writes much may silence a place for a while.
        let mut waiting = Waiting { gate: self, since: Instant::now(), is_over: patience > PATIENCE };
        let done = tokio::select! {
            done = step => done,
            () = tokio::time::sleep(limit) => {
                Err(unavailable(&format!("no answer within {} s", limit.as_secs())))
            }
            () = self.silence(patience) => Err(unavailable(&"it answers nothing")),
        };
        if let Err(StoreError::Unavailable { .. }) = done {
            // The fault may be of one content only.
            close_unless_it_answers(Arc::clone(&self.closed), Weak::clone(&self.engine)).await;
        }
        waiting.is_over = true;
        done
    }

    /// Waits so long, and then until the place is silent.
    async fn silence(&self, patience: Duration) {
        tokio::time::sleep(patience).await;
        while let Some(engine) = self.engine.upgrade() {
            if !answers(&*engine).await {
                return;
            }
            tokio::time::sleep(PROBE).await;
        }
    }
}

/// A step under way. When its caller gives up before the place is found to be silent, that is found out all the same: else
/// callers in a hurry would wait one after another, and none would learn it.
struct Waiting<'a> {
    gate: &'a Gate,
    since: Instant,
    is_over: bool,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.is_over || self.since.elapsed() < GIVEN_UP {
            return;
        }
        if let Ok(runtime) = Handle::try_current() {
            let (closed, engine) = (Arc::clone(&self.gate.closed), Weak::clone(&self.gate.engine));
            runtime.spawn(close_unless_it_answers(closed, engine));
        }
    }
}

/// Closes the gate until the place answers a probe.
async fn close_unless_it_answers(closed: Arc<AtomicBool>, place: Weak<dyn Engine>) {
    let Some(engine) = place.upgrade() else { return };
    if answers(&*engine).await || closed.swap(true, Ordering::Relaxed) {
        return;
    }
    drop(engine);
    tokio::spawn(async move {
        while let Some(engine) = place.upgrade() {
            tokio::time::sleep(PROBE).await;
            if answers(&*engine).await {
                closed.store(false, Ordering::Relaxed);
                return;
            }
        }
    });
}

async fn answers(engine: &dyn Engine) -> bool {
    matches!(tokio::time::timeout(PROBE, engine.ping()).await, Ok(Ok(())))
}
