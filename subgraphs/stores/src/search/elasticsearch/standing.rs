//! How each index stands: an index that does not answer, or cannot be reached, is asked by a probe only until it is back. An engine that
//! is gone is three indexes that are; one that hangs with one index leaves the others alone.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use elasticsearch::http::Method;
use futures::future::select_all;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{sleep, timeout};

use super::client::{Answer, Call, Inner, Purpose, unavailable};
use super::names::Names;
use crate::failfast::Failfast;
use crate::search::Collection;
use crate::{Result, StoreError};

/// How many calls about one index are under way at once; more wait, within their time.
const CALLS: usize = 48;
/// After so long without an answer the indexes that are asked are probed.
const PATIENCE: Duration = Duration::from_millis(1_000);
/// How often an index is asked whether it is back, and how long it may take to say so.
const PROBE: Duration = Duration::from_millis(500);
const PROBE_LIMIT: Duration = Duration::from_millis(750);

/// One index of the three.
pub(super) struct Standing {
    pub collection: Collection,
    path: String,
    failfast: Failfast,
    is_examined: AtomicBool,
    calls: Semaphore,
}

/// All three.
pub(super) struct Standings([Standing; 3]);

impl Standings {
    pub(super) fn new(names: &Names) -> Self {
        Self(Collection::ALL.map(|collection| Standing {
            collection,
            path: format!("/{}/_search", names.alias(collection)),
            failfast: Failfast::default(),
            is_examined: AtomicBool::new(false),
            calls: Semaphore::new(CALLS),
        }))
    }

    fn one(&self, collection: Collection) -> &Standing {
        &self.0[collection as usize]
    }

    /// Those that a call is about; about none is about all.
    pub(super) fn of(&self, about: &[Collection]) -> impl Iterator<Item = &Standing> {
        self.0.iter().filter(move |one| about.is_empty() || about.contains(&one.collection))
    }

    /// At once an error if one of them is known to be down.
    pub(super) fn admit(&self, about: &[Collection]) -> Result<()> {
        for one in self.of(about) {
            if let Some(because) = one.failfast.down_because() {
                return Err(one.unavailable(&format!("known to be down: {because}")));
            }
        }
        Ok(())
    }

    /// A place among the calls under way about each of them; they are taken in one order, so that nobody waits for each other.
    pub(super) async fn places(&self, about: &[Collection]) -> Vec<SemaphorePermit<'_>> {
        let mut places = Vec::new();
        for one in self.of(about) {
            // The semaphores are never closed.
            places.extend(one.calls.acquire().await);
        }
        places
    }
}

impl Standing {
    pub(super) fn unavailable(&self, because: &str) -> StoreError {
        unavailable(self.collection.name(), &because)
    }
}

/// Comes to an end only when one of the indexes that are asked gives no sign of life; then it is noted as down.
pub(super) async fn found_dead(inner: &Arc<Inner>, about: &[Collection]) -> StoreError {
    loop {
        sleep(PATIENCE).await;
        let probes = inner
            .standings
            .of(about)
            .map(|one| Box::pin(async move { (one, sign_of_life(inner, one).await) }));
        let mut probes: Vec<_> = probes.collect();
        while !probes.is_empty() {
            let ((one, alive), _, rest) = select_all(probes).await;
            if let Err(because) = alive {
                went_down(inner, one.collection, &because);
                return one.unavailable(&because);
            }
            probes = rest;
        }
    }
}

/// A call about these failed. One alone is down; of several each is examined, so that none is blamed for another.
pub(super) fn suspect(inner: &Arc<Inner>, about: &[Collection], because: &str) {
    let suspects: Vec<&Standing> = inner.standings.of(about).collect();
    if let [one] = suspects[..] {
        return went_down(inner, one.collection, because);
    }
    for one in suspects {
        if one.failfast.down_because().is_none() && !one.is_examined.swap(true, Ordering::Relaxed) {
            tokio::spawn(examine(Arc::clone(inner), one.collection));
        }
    }
}

async fn examine(inner: Arc<Inner>, collection: Collection) {
    let one = inner.standings.one(collection);
    let alive = sign_of_life(&inner, one).await;
    one.is_examined.store(false, Ordering::Relaxed);
    if let Err(because) = alive {
        went_down(&inner, collection, &because);
    }
}

fn went_down(inner: &Arc<Inner>, collection: Collection, because: &str) {
    if inner.standings.one(collection).failfast.is_down(because) {
        tracing::warn!(store = collection.name(), because, "the search index is down");
        tokio::spawn(probe(Arc::downgrade(inner), collection));
    }
}

/// Asks until the index answers, and then lets calls through again.
async fn probe(inner: Weak<Inner>, collection: Collection) {
    while let Some(inner) = inner.upgrade() {
        let one = inner.standings.one(collection);
        // An index whose engine has just started answers that it cannot be searched yet.
        if sign_of_life(&inner, one).await.is_ok_and(|answer| answer.status < 500 && answer.status != 429) {
            one.failfast.is_up();
            tracing::info!(store = collection.name(), "the search index is back");
            return;
        }
        drop(inner);
        sleep(PROBE).await;
    }
}

/// An answer of the index, whatever it says.
async fn sign_of_life(inner: &Inner, one: &Standing) -> std::result::Result<Answer, String> {
    let query = [("size", "0"), ("allow_partial_search_results", "false"), ("terminate_after", "1")];
    let (purpose, path, about) = (Purpose::Read, one.path.as_str(), &[][..]);
    let call = Call { about, purpose, method: Method::Get, path, query: &query, body: None };
    let answered = timeout(PROBE_LIMIT, inner.attempt(&call, PROBE_LIMIT)).await;
    answered.unwrap_or_else(|_| Err(format!("no sign of life within {} ms", PROBE_LIMIT.as_millis())))
}
