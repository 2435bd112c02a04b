//! One run: takes its items one after the other, politely, until none is left. Everything that matters is in the database
//! after each step, so that a worker can be killed anywhere and another goes on.

use std::time::Duration;

use stores::StoreError;
use stores::sql::Transaction;
use tokio::time::Instant;
use url::Url;

use super::change::{Change, New};
use super::fetch::{FetchError, Fetcher, Sites};
use super::robots::Rules;
use super::scope::{self, Scope};
use crate::common_client::CommonClient;
use crate::settings::CrawlSettings;
use crate::store::items::{Item, ItemReason, ItemState};
use crate::store::runs::{Run, RunStatus};
use crate::store::sources::Source;
use crate::store::{Store, new_id};

/// Why work on a run stops before its end.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// The run was cancelled, or another worker has it.
    #[error("the run is no longer this worker's")]
    LeaseLost,
    /// A store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The longest wait between two tries.
const MAX_WAIT: Duration = Duration::from_secs(60);

/// Work on one run.
pub struct RunWork {
    pub(super) store: Store,
    pub(super) common: CommonClient,
    pub(super) settings: CrawlSettings,
    pub(super) owner: String,
    pub(super) run: Run,
    pub(super) source: Source,
    pub(super) scope: Scope,
    pub(super) fetcher: Fetcher,
    pub(super) rules: Rules,
    delay: Duration,
    last_request: Option<Instant>,
}

/// What a worker gives to each of its runs.
#[derive(Clone)]
pub struct Tools {
    /// Rows and contents.
    pub store: Store,
    /// Where documents go.
    pub common: CommonClient,
    /// How to work.
    pub settings: CrawlSettings,
    /// How sites are reached.
    pub sites: Sites,
}

impl RunWork {
    /// Prepares the work on a run under the lease `owner`. `None` when its source is broken; the run has failed then.
    pub async fn new(tools: Tools, run: Run, owner: String) -> Result<Option<Self>, Stop> {
        let Tools { store, common, settings, sites } = tools;
        let source = store.source(&run.source_id).await?;
        let source = source.ok_or_else(|| StoreError::Internal("a run has no source".to_owned()))?;
        let Ok(prefix) = Url::parse(&source.url_prefix) else {
            store.finish_run(&run.id, &owner, RunStatus::Failed, Some(ItemReason::Internal)).await?;
            return Ok(None);
        };
        let delay = Duration::from_millis(u64::try_from(source.limits.delay_ms).unwrap_or_default());
        let scope = Scope::new(&prefix);
        let fetcher = sites.fetcher(source.allow_private_hosts);
        let rules = Rules::none();
        Ok(Some(Self {
            store,
            common,
            settings,
            owner,
            run,
            source,
            scope,
            fetcher,
            rules,
            delay,
            last_request: None,
        }))
    }

    /// Works until the run has ended or is no longer this worker's.
    pub async fn work(mut self) {
        let mut failures = 0;
        let mut begun = false;
        loop {
            let step = match begun {
                false => self.begin_run().await.map(|()| {
                    begun = true;
                    false
                }),
                true => self.step().await,
            };
            match step {
                Ok(true) | Err(Stop::LeaseLost) => return,
                Ok(false) => failures = 0,
                Err(Stop::Store(error)) => {
                    tracing::warn!(%error, run = self.run.id, "a store failed under a crawl");
                    failures += 1;
                    tokio::time::sleep(self.backoff(failures)).await;
                }
            }
        }
    }

    /// Makes sure that the start is an item, and reads robots.txt.
    async fn begin_run(&mut self) -> Result<(), Stop> {
        let start =
            Url::parse(&self.source.start_url).ok().and_then(|url| scope::normalize(&url, url.as_str()));
        let Some(start) = start else {
            return self.give_up(ItemReason::Unreadable, "the start is no URL").await;
        };
        let mut transaction = self.begin().await?;
        self.discover_first(&mut transaction, &start).await?;
        transaction.commit().await?;
        for attempt in 1.. {
            match self.fetcher.rules(&start).await {
                Ok(Some(rules)) => {
                    self.delay = self.delay.max(rules.delay());
                    self.rules = rules;
                    return Ok(());
                }
                Err(FetchError::Refused(refusal)) => {
                    return self.give_up(ItemReason::PrivateHost, &refusal.to_string()).await;
                }
                Ok(None) | Err(FetchError::Unreachable(_)) if attempt < self.settings.fetch_attempts => {
                    tokio::time::sleep(self.backoff(attempt)).await;
                }
                Ok(None) => break,
                Err(FetchError::Unreachable(why)) => return self.give_up(ItemReason::Unreachable, why).await,
            }
        }
        self.give_up(ItemReason::RobotsUnavailable, "the site's robots.txt cannot be read").await
    }

    /// Nothing can be fetched. Items that an earlier try stored are still handed over.
    async fn give_up(&mut self, reason: ItemReason, detail: &str) -> Result<(), Stop> {
        let mut transaction = self.begin().await?;
        self.store.fail_discovered(&mut transaction, &self.run.id, (reason, detail)).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// One step; `true` when the run has ended.
    async fn step(&mut self) -> Result<bool, Stop> {
        let Some(item) = self.store.next_item(&self.run.id).await? else {
            return match self.store.next_attempt(&self.run.id).await? {
                None => self.finish().await,
                Some(at) => {
                    let wait =
                        Duration::from_micros(u64::try_from(at - self.store.now()).unwrap_or_default());
                    tokio::time::sleep(wait.min(self.settings.poll())).await;
                    Ok(false)
                }
            };
        };
        let worked = match item.state {
            ItemState::Stored => self.hand_over(item.clone()).await,
            _ => self.take(item.clone()).await,
        };
        match worked {
            Err(Stop::Store(error))
                if !matches!(
                    error,
                    StoreError::Unavailable { .. }
                        | StoreError::RolledBack { .. }
                        | StoreError::Interrupted(_)
                ) =>
            {
                tracing::error!(%error, item = item.id, "an item failed by a fault of ours");
                self.write(Change::of(item.ended(ItemState::Failed, ItemReason::Internal))).await?;
                Ok(false)
            }
            other => other.map(|()| false),
        }
    }

    async fn finish(&self) -> Result<bool, Stop> {
        let runs = std::slice::from_ref(&self.run.id);
        let counts = self.store.item_counts(runs).await?.remove(&self.run.id).unwrap_or_default();
        let (status, reason) = match counts.done {
            0 => (RunStatus::Failed, self.store.first_reason(&self.run.id).await?),
            _ => (RunStatus::Succeeded, None),
        };
        self.store.finish_run(&self.run.id, &self.owner, status, reason).await?;
        tracing::info!(
            run = self.run.id,
            ?status,
            done = counts.done,
            failed = counts.failed,
            "a crawl has ended"
        );
        Ok(true)
    }

    /// A transaction that is only begun while the run is this worker's.
    pub(super) async fn begin(&self) -> Result<Transaction, Stop> {
        let mut transaction = self.store.database.begin().await?;
        match self.store.holds_lease(&mut transaction, &self.run.id, &self.owner).await? {
            true => Ok(transaction),
            false => Err(Stop::LeaseLost),
        }
    }

    async fn discover_first(&self, transaction: &mut Transaction, start: &Url) -> Result<(), Stop> {
        let item = self.new_item(&New { url: start.clone(), depth: 0, redirects: 0 });
        self.store.discover(transaction, &item).await?;
        Ok(())
    }

    /// An item that was just discovered.
    pub(super) fn new_item(&self, new: &New) -> Item {
        let now = self.store.now();
        Item {
            id: new_id(),
            run_id: self.run.id.clone(),
            source_id: self.source.id.clone(),
            url: new.url.to_string(),
            depth: new.depth,
            redirects: new.redirects,
            redirect_to: None,
            state: ItemState::Discovered,
            attempts: 0,
            next_attempt_at: 0,
            reason: None,
            detail: None,
            http_status: None,
            content_type: None,
            content_hash: None,
            title: None,
            file_id: None,
            document_id: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// The wait before the next try.
    pub(super) fn backoff(&self, attempts: i64) -> Duration {
        let doublings = u32::try_from(attempts.clamp(1, 16) - 1).unwrap_or(0);
        Duration::from_millis(self.settings.retry_ms.saturating_mul(1 << doublings)).min(MAX_WAIT)
    }

    /// Waits until the site may be asked again.
    pub(super) async fn be_polite(&mut self) {
        if let Some(last) = self.last_request {
            tokio::time::sleep_until(last + self.delay).await;
        }
        self.last_request = Some(Instant::now());
    }
}
