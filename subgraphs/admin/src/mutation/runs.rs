//! Starting, cancelling and retrying crawls.

use async_graphql::{Context, ID, Object, SimpleObject, Union};
use service::error::Result;
use service::{Role, idempotency, internal, nullable, require};

use super::payload;
use crate::crawl::Wake;
use crate::query::store;
use crate::store::runs::{Opened, Run};
use crate::types::{
    CrawlAlreadyRunning, CrawlRun, CrawlRunEnded, CrawlRunNotFound, CrawlRunStillOpen, CrawlSourceInactive,
    CrawlSourceNotFound,
};

/// A crawl was started.
#[derive(SimpleObject)]
pub struct CrawlStarted {
    /// The run.
    run: CrawlRun,
    /// Whether the run was started by this request; false when the same request came before.
    created: bool,
}

/// What became of a request to start a crawl.
#[derive(Union)]
pub enum StartCrawlPayload {
    /// It is started.
    Started(CrawlStarted),
    /// There is no such source.
    NotFound(CrawlSourceNotFound),
    /// The source is switched off.
    Inactive(CrawlSourceInactive),
    /// Another run of the source is still going on.
    Running(CrawlAlreadyRunning),
}

/// A run was cancelled.
#[derive(SimpleObject)]
pub struct CrawlCancelled {
    /// The run.
    run: CrawlRun,
}

/// What became of a request to cancel a run.
#[derive(Union)]
pub enum CancelCrawlPayload {
    /// It is cancelled.
    Cancelled(CrawlCancelled),
    /// There is no such run.
    NotFound(CrawlRunNotFound),
    /// It has ended before.
    Ended(CrawlRunEnded),
}

/// The failed items of a run are tried again.
#[derive(SimpleObject)]
pub struct CrawlRetried {
    /// The run.
    run: CrawlRun,
    /// How many items are tried again; with none the run stays as it is.
    items: i32,
}

/// What became of a request to try failed items again.
#[derive(Union)]
pub enum RetryCrawlPayload {
    /// They are tried again.
    Retried(CrawlRetried),
    /// There is no such run.
    NotFound(CrawlRunNotFound),
    /// The run is still going on.
    StillOpen(CrawlRunStillOpen),
    /// Another run of the source is still going on.
    Running(CrawlAlreadyRunning),
}

/// Mutations of runs.
#[derive(Default)]
pub struct RunMutation;

#[Object]
impl RunMutation {
    /// Starts a crawl of a source. For operators.
    async fn start_crawl(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The source.")] source_id: ID,
        #[graphql(
            desc = "Chosen by the client, up to 200 bytes: the same key for the same source is the same run."
        )]
        idempotency_key: String,
    ) -> async_graphql::Result<Option<StartCrawlPayload>> {
        nullable(ctx, async move {
            let user = require(ctx, Role::Operator)?;
            idempotency::check_key(&idempotency_key)?;
            let store = store(ctx)?;
            let Some(source) = store.source(&source_id).await? else {
                return payload(CrawlSourceNotFound::default());
            };
            if !source.active {
                return payload(CrawlSourceInactive::default());
            }
            let key = format!("client:{idempotency_key}");
            Ok(Some(match store.open_run(&source.id, &key, Some(&user.id)).await? {
                Opened::New(run) => {
                    wake(ctx);
                    CrawlStarted { run: CrawlRun(run), created: true }.into()
                }
                Opened::Again(run) => CrawlStarted { run: CrawlRun(run), created: false }.into(),
                Opened::Busy(run) => CrawlAlreadyRunning { run: CrawlRun(run) }.into(),
            }))
        })
        .await
    }

    /// Ends a run; what it has taken in stays. For operators.
    async fn cancel_crawl(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The run.")] run_id: ID,
    ) -> async_graphql::Result<Option<CancelCrawlPayload>> {
        nullable(ctx, async move {
            require(ctx, Role::Operator)?;
            let store = store(ctx)?;
            let cancelled = store.cancel_run(&run_id).await?;
            let Some(run) = store.run(&run_id).await? else { return payload(CrawlRunNotFound::default()) };
            wake(ctx);
            Ok(Some(match cancelled {
                true => CrawlCancelled { run: CrawlRun(run) }.into(),
                false => CrawlRunEnded::default().into(),
            }))
        })
        .await
    }

    /// Opens an ended run again and tries its failed items once more. For operators.
    async fn retry_crawl(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The run.")] run_id: ID,
    ) -> async_graphql::Result<Option<RetryCrawlPayload>> {
        nullable(ctx, async move {
            require(ctx, Role::Operator)?;
            let store = store(ctx)?;
            let Some(run) = store.run(&run_id).await? else { return payload(CrawlRunNotFound::default()) };
            if !run.status.ended() {
                return payload(CrawlRunStillOpen::default());
            }
            let Some(items) = store.retry_failed(&run).await? else {
                let open = store.open_run_of(&run.source_id).await?;
                return Ok(Some(match open {
                    Some(open) => CrawlAlreadyRunning { run: CrawlRun(open) }.into(),
                    None => CrawlRunStillOpen::default().into(),
                }));
            };
            wake(ctx);
            let run = again(store.run(&run_id).await?)?;
            payload(CrawlRetried { run: CrawlRun(run), items: i32::try_from(items).unwrap_or(i32::MAX) })
        })
        .await
    }
}

fn again(run: Option<Run>) -> Result<Run> {
    run.ok_or_else(|| internal("a run vanished while it was changed"))
}

/// Tells the worker of this process to look now; others look by themselves.
fn wake(ctx: &Context<'_>) {
    if let Some(wake) = ctx.data_opt::<Wake>() {
        wake.now();
    }
}
