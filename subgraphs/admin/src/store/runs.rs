//! Crawl runs, and the leases that keep two workers from working on the same one.

use std::collections::HashMap;

use async_graphql::Enum;
use stores::sql::{Row, Transaction, Value, again, placeholders};
use stores::{Result, params};

use super::items::ItemReason;
use super::pages::{Paging, Window};
use super::{Store, names, new_id};

/// Where a run stands.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[graphql(name = "CrawlRunStatus")]
pub enum RunStatus {
    /// Waiting for a worker.
    Queued,
    /// Being worked on.
    Running,
    /// Ended, with at least one page or file taken in.
    Succeeded,
    /// Ended without any page or file.
    Failed,
    /// Ended by an operator.
    Cancelled,
}

names!(RunStatus { Queued = "queued", Running = "running", Succeeded = "succeeded", Failed = "failed", Cancelled = "cancelled" });

impl RunStatus {
    /// Whether the run has ended.
    pub fn ended(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }
}

/// One crawl of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its id.
    pub id: String,
    /// Its source.
    pub source_id: String,
    /// What made it one run however often it was asked for.
    pub idempotency_key: String,
    /// Where it stands.
    pub status: RunStatus,
    /// Why it failed.
    pub reason: Option<ItemReason>,
    /// Who started it; scheduled runs have nobody.
    pub started_by: Option<String>,
    /// When it was asked for.
    pub created_at: i64,
    /// When a worker took it up first.
    pub started_at: Option<i64>,
    /// When it ended.
    pub finished_at: Option<i64>,
}

/// What became of a request for a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// A new run.
    New(Run),
    /// The same request was made before; this is its run.
    Again(Run),
    /// Another run of the source is still open.
    Busy(Run),
}

fn read(row: &Row) -> Result<Run> {
    Ok(Run {
        id: row.text("id")?,
        source_id: row.text("source_id")?,
        idempotency_key: row.text("idempotency_key")?,
        status: RunStatus::from_name(&row.text("status")?)?,
        reason: row.opt_text("reason")?.map(|reason| ItemReason::from_name(&reason)).transpose()?,
        started_by: row.opt_text("started_by")?,
        created_at: row.int("created_at")?,
        started_at: row.opt_int("started_at")?,
        finished_at: row.opt_int("finished_at")?,
    })
}

const COLUMNS: [&str; 10] = [
    "id",
    "source_id",
    "idempotency_key",
    "status",
    "reason",
    "open_source",
    "started_by",
    "created_at",
    "started_at",
    "finished_at",
];

fn values(run: &Run) -> Vec<Value> {
    params![
        &run.id,
        &run.source_id,
        &run.idempotency_key,
        run.status.name(),
        run.reason.map(ItemReason::name),
        (!run.status.ended()).then_some(run.source_id.clone()),
        run.started_by.clone(),
        run.created_at,
        run.started_at,
        run.finished_at,
    ]
    .to_vec()
}

fn of_source(status: Option<RunStatus>) -> Paging {
    let filter =
        status.map_or_else(Default::default, |status| ("status = ?".to_owned(), vec![status.name().into()]));
    Paging { table: "crawl_runs", parent: "source_id", filter, key: "id", descending: true }
}

impl Store {
    /// Opens a run of a source, once per idempotency key.
    pub async fn open_run(&self, source_id: &str, key: &str, started_by: Option<&str>) -> Result<Opened> {
        let run = Run {
            id: new_id(),
            source_id: source_id.to_owned(),
            idempotency_key: key.to_owned(),
            status: RunStatus::Queued,
            reason: None,
            started_by: started_by.map(str::to_owned),
            created_at: self.now(),
            started_at: None,
            finished_at: None,
        };
        again(|| self.try_to_open_run(&run)).await
    }

    async fn try_to_open_run(&self, run: &Run) -> Result<Opened> {
        let mut transaction = self.database.begin().await?;
        self.lock_source(&mut transaction, &run.source_id).await?;
        let same = "SELECT * FROM crawl_runs WHERE source_id = ? AND idempotency_key = ?";
        if let Some(row) =
            transaction.query_optional(same, params![&run.source_id, &run.idempotency_key]).await?
        {
            return read(&row).map(Opened::Again);
        }
        let open = "SELECT * FROM crawl_runs WHERE open_source = ?";
        if let Some(row) = transaction.query_optional(open, params![&run.source_id]).await? {
            return read(&row).map(Opened::Busy);
        }
        self.insert_run(&mut transaction, run).await?;
        transaction.commit().await?;
        Ok(Opened::New(run.clone()))
    }

    /// Runs of a source are opened one after the other.
    async fn lock_source(&self, transaction: &mut Transaction, source_id: &str) -> Result<()> {
        let sql =
            format!("SELECT id FROM crawl_sources WHERE id = ?{}", self.database.dialect().for_update());
        transaction.query_optional(&sql, params![source_id]).await.map(|_| ())
    }

    /// The open run of a source.
    pub async fn open_run_of(&self, source_id: &str) -> Result<Option<Run>> {
        let sql = "SELECT * FROM crawl_runs WHERE open_source = ?";
        self.database.query_optional(sql, params![source_id]).await?.as_ref().map(read).transpose()
    }

    /// Writes a run as it is.
    pub async fn insert_run(&self, transaction: &mut Transaction, run: &Run) -> Result<()> {
        let sql =
            format!("INSERT INTO crawl_runs ({}) VALUES {}", COLUMNS.join(", "), placeholders(COLUMNS.len()));
        transaction.execute(&sql, &values(run)).await.map(|_| ())
    }

    /// The run with this id.
    pub async fn run(&self, id: &str) -> Result<Option<Run>> {
        Ok(self.runs(&[id.to_owned()]).await?.remove(id))
    }

    /// Runs by their ids.
    pub async fn runs(&self, ids: &[String]) -> Result<HashMap<String, Run>> {
        let sql = format!("SELECT * FROM crawl_runs WHERE id IN {}", placeholders(ids.len()));
        let args: Vec<Value> = ids.iter().map(Value::from).collect();
        let rows = self.database.query(&sql, &args).await?;
        rows.iter().map(|row| read(row).map(|run| (run.id.clone(), run))).collect()
    }

    /// All runs, newest first.
    pub async fn run_page(&self, status: Option<RunStatus>, window: Window<'_>) -> Result<Vec<Run>> {
        let mut sql = "SELECT * FROM crawl_runs WHERE 1 = 1".to_owned();
        let mut args = Vec::new();
        if let Some(status) = status {
            sql.push_str(" AND status = ?");
            args.push(status.name().into());
        }
        if let Some(after) = window.after {
            sql.push_str(" AND id < ?");
            args.push(after.into());
        }
        sql.push_str(" ORDER BY id DESC LIMIT ?");
        args.push(window.limit.into());
        self.database.query(&sql, &args).await?.iter().map(read).collect()
    }

    /// How many runs there are.
    pub async fn count_runs(&self, status: Option<RunStatus>) -> Result<i64> {
        let (sql, args) = match status {
            None => ("SELECT COUNT(*) AS n FROM crawl_runs", Vec::new()),
            Some(status) => {
                ("SELECT COUNT(*) AS n FROM crawl_runs WHERE status = ?", vec![status.name().into()])
            }
        };
        self.database.query_optional(sql, &args).await?.map_or(Ok(0), |row| row.int("n"))
    }

    /// A page of runs of each source, newest first.
    pub async fn runs_of(
        &self,
        sources: &[String],
        status: Option<RunStatus>,
        window: Window<'_>,
    ) -> Result<HashMap<String, Vec<Run>>> {
        of_source(status).pages(&self.database, sources, window, read).await
    }

    /// How many runs each source has.
    pub async fn count_runs_of(
        &self,
        sources: &[String],
        status: Option<RunStatus>,
    ) -> Result<HashMap<String, i64>> {
        of_source(status).counts(&self.database, sources).await
    }

    /// Takes up to `most` runs that wait or whose worker is gone, until `until`. Each comes with the name of its lease, which is
    /// a new one every time: a worker that was too slow must not take itself for the owner of what it took up again.
    pub async fn claim_runs(&self, until: i64, most: i64) -> Result<Vec<(Run, String)>> {
        let now = self.now();
        let candidates = "SELECT id FROM crawl_runs WHERE status IN ('queued', 'running') \
            AND (lease_until IS NULL OR lease_until < ?) ORDER BY created_at, id LIMIT ?";
        let rows = self.database.query(candidates, params![now, most]).await?;
        let claim = "UPDATE crawl_runs SET status = 'running', started_at = COALESCE(started_at, ?), lease_owner = ?, \
            lease_until = ? WHERE id = ? AND status IN ('queued', 'running') AND (lease_until IS NULL OR lease_until < ?)";
        let mut claimed = Vec::new();
        for row in rows {
            let (id, owner) = (row.text("id")?, new_id());
            if self.database.execute(claim, params![now, &owner, until, &id, now]).await? == 1 {
                claimed.extend(self.run(&id).await?.map(|run| (run, owner)));
            }
        }
        Ok(claimed)
    }

    /// Keeps a run for its owner; `false` when it is no longer the owner's (cancelled, or taken over).
    pub async fn renew_lease(&self, run_id: &str, owner: &str, until: i64) -> Result<bool> {
        let sql =
            "UPDATE crawl_runs SET lease_until = ? WHERE id = ? AND lease_owner = ? AND status = 'running'";
        Ok(self.database.execute(sql, params![until, run_id, owner]).await? == 1)
    }

    /// Inside a transaction: whether the run is still the owner's. What a worker that lost its lease would write is not written.
    pub async fn holds_lease(
        &self,
        transaction: &mut Transaction,
        run_id: &str,
        owner: &str,
    ) -> Result<bool> {
        let sql = format!(
            "SELECT id FROM crawl_runs WHERE id = ? AND lease_owner = ? AND status = 'running'{}",
            self.database.dialect().for_update()
        );
        Ok(transaction.query_optional(&sql, params![run_id, owner]).await?.is_some())
    }

    /// Gives a run back so that another worker may go on with it at once.
    pub async fn release_run(&self, run_id: &str, owner: &str) -> Result<()> {
        let sql =
            "UPDATE crawl_runs SET lease_owner = NULL, lease_until = NULL WHERE id = ? AND lease_owner = ?";
        self.database.execute(sql, params![run_id, owner]).await.map(|_| ())
    }

    /// Ends a run that `owner` works on.
    pub async fn finish_run(
        &self,
        run_id: &str,
        owner: &str,
        status: RunStatus,
        reason: Option<ItemReason>,
    ) -> Result<bool> {
        let sql = "UPDATE crawl_runs SET status = ?, reason = ?, open_source = NULL, finished_at = ?, lease_owner = NULL, \
            lease_until = NULL WHERE id = ? AND lease_owner = ? AND status = 'running'";
        let args = params![status.name(), reason.map(ItemReason::name), self.now(), run_id, owner];
        Ok(self.database.execute(sql, args).await? == 1)
    }

    /// Ends a run for an operator; `false` when it had ended before.
    pub async fn cancel_run(&self, run_id: &str) -> Result<bool> {
        let sql = "UPDATE crawl_runs SET status = 'cancelled', open_source = NULL, finished_at = ?, lease_owner = NULL, \
            lease_until = NULL WHERE id = ? AND status IN ('queued', 'running')";
        Ok(self.database.execute(sql, params![self.now(), run_id]).await? == 1)
    }

    /// Opens an ended run again for its failed items; `None` when the source has another open run.
    pub async fn retry_failed(&self, run: &Run) -> Result<Option<u64>> {
        again(|| self.try_to_retry_failed(run)).await
    }

    async fn try_to_retry_failed(&self, run: &Run) -> Result<Option<u64>> {
        let mut transaction = self.database.begin().await?;
        self.lock_source(&mut transaction, &run.source_id).await?;
        let busy = "SELECT id FROM crawl_runs WHERE open_source = ? AND id <> ?";
        if transaction.query_optional(busy, params![&run.source_id, &run.id]).await?.is_some() {
            return Ok(None);
        }
        let items = "UPDATE crawl_items SET state = CASE WHEN file_id IS NULL THEN 'discovered' ELSE 'stored' END, attempts = 0, \
            next_attempt_at = 0, reason = NULL, detail = NULL, updated_at = ? WHERE run_id = ? AND state = 'failed'";
        let retried = transaction.execute(items, params![self.now(), &run.id]).await?;
        if retried > 0 {
            let open = "UPDATE crawl_runs SET status = 'queued', reason = NULL, finished_at = NULL, open_source = ? \
                WHERE id = ? AND status IN ('succeeded', 'failed', 'cancelled')";
            transaction.execute(open, params![&run.source_id, &run.id]).await?;
        }
        transaction.commit().await?;
        Ok(Some(retried))
    }
}
