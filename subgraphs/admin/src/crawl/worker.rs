//! What runs beside the requests: takes up runs that wait, starts scheduled ones, and sweeps the NAS. Any number of replicas
//! may do this; leases in the database keep them apart.

use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use stores::Result;
use tokio::time::Instant;

use super::Wake;
use super::fetch::Sites;
use super::run::{RunWork, Stop, Tools};
use crate::common_client::CommonClient;
use crate::settings::CrawlSettings;
use crate::store::Store;
use crate::store::runs::Run;

/// What a killed process left half-written is removed after a day: no write takes as long.
const PARTIALS_FOR: i64 = 86_400 * 1_000_000;

/// How often the NAS is swept.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// A worker. Dropping its future stops it at once, wherever it is.
pub struct Worker {
    tools: Tools,
    wake: Wake,
}

impl Worker {
    /// A worker over a store.
    pub fn new(
        store: Store,
        common: CommonClient,
        settings: CrawlSettings,
        sites: Sites,
        wake: Wake,
    ) -> Self {
        Self { tools: Tools { store, common, settings, sites }, wake }
    }

    /// Works for ever.
    pub async fn work(self) {
        // Apart from each other: a NAS that is slow must not cost a run its lease.
        tokio::join!(self.crawl(), self.sweep_again_and_again());
    }

    async fn crawl(&self) {
        let mut runs = FuturesUnordered::new();
        loop {
            if let Err(error) = self.schedule().await {
                tracing::warn!(%error, "scheduled crawls cannot be started");
            }
            match self.claim(runs.len()).await {
                Ok(claimed) => runs.extend(claimed.into_iter().map(|(run, owner)| self.work_on(run, owner))),
                Err(error) => tracing::warn!(%error, "no runs can be taken up"),
            }
            let wait = self.wake.wait(self.tools.settings.poll());
            tokio::select! {
                Some(()) = runs.next() => {}
                () = wait => {}
            }
        }
    }

    fn lease_end(&self) -> i64 {
        self.tools.store.now()
            + i64::try_from(self.tools.settings.lease_ms).unwrap_or(i64::MAX / 2_000) * 1_000
    }

    async fn claim(&self, busy: usize) -> Result<Vec<(Run, String)>> {
        let free = self.tools.settings.concurrent_runs.saturating_sub(busy);
        if free == 0 {
            return Ok(Vec::new());
        }
        let most = i64::try_from(free).unwrap_or(i64::MAX);
        self.tools.store.claim_runs(self.lease_end(), most).await
    }

    /// Works on a run for as long as the lease can be kept.
    async fn work_on(&self, run: Run, owner: String) {
        let id = run.id.clone();
        tracing::info!(run = id, "working on a run");
        let work = async {
            match RunWork::new(self.tools.clone(), run, owner.clone()).await {
                Ok(Some(work)) => work.work().await,
                Ok(None) | Err(Stop::LeaseLost) => {}
                Err(Stop::Store(error)) => tracing::warn!(%error, "work on a run cannot begin"),
            }
        };
        tokio::select! {
            () = work => {}
            () = self.keep_lease(&id, &owner) => tracing::info!(run = id, "a run was cancelled or taken over"),
        }
        if let Err(error) = self.tools.store.release_run(&id, &owner).await {
            tracing::debug!(%error, "a lease was not given back; it ends by itself");
        }
    }

    /// Renews the lease until that is no longer possible.
    async fn keep_lease(&self, run_id: &str, owner: &str) {
        let lease = Duration::from_millis(self.tools.settings.lease_ms);
        let mut renewed = Instant::now();
        loop {
            tokio::time::sleep(lease / 4).await;
            match self.tools.store.renew_lease(run_id, owner, self.lease_end()).await {
                Ok(true) => renewed = Instant::now(),
                Ok(false) => return,
                Err(error) => tracing::warn!(%error, "a lease cannot be renewed"),
            }
            if renewed.elapsed() > lease {
                return;
            }
        }
    }

    /// Starts the runs whose time has come. The key makes it one run when two replicas do this at once.
    async fn schedule(&self) -> Result<()> {
        let store = &self.tools.store;
        for source in store.due_sources().await? {
            let (Some(due), Some(interval)) = (source.next_run_at, source.interval_seconds) else { continue };
            store.open_run(&source.id, &format!("schedule:{due}"), None).await?;
            store.reschedule(&source, Some(store.now() + interval * 1_000_000)).await?;
        }
        Ok(())
    }

    async fn sweep_again_and_again(&self) {
        loop {
            if let Err(error) = self.sweep().await {
                tracing::warn!(%error, "the NAS cannot be swept");
            }
            tokio::time::sleep(SWEEP_EVERY).await;
        }
    }

    async fn sweep(&self) -> Result<()> {
        let store = &self.tools.store;
        store.sweep_parts().await?;
        store.sweep_uploads().await?;
        while store.sweep_pending().await? > 0 {}
        while store.sweep_purged().await? > 0 {}
        store.files.sweep_partials(store.now() - PARTIALS_FOR).await.map(|_| ())
    }
}
