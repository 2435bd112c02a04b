//! Root fields that keep telling.

use std::time::Duration;

use async_graphql::{Context, ID, SimpleObject, Subscription};
use futures::Stream;
use service::error::Result;
use service::{ClientError, Role, require};

use crate::query::store;
use crate::settings::CrawlSettings;
use crate::store::Store;
use crate::store::items::Counts;
use crate::store::runs::Run;
use crate::types::{CrawlCounts, CrawlRun};

/// How far a run has come.
#[derive(SimpleObject)]
pub struct CrawlProgress {
    /// The run.
    run: CrawlRun,
    /// How its items stand.
    counts: CrawlCounts,
}

/// The root of all subscriptions.
#[derive(Default)]
pub struct Subscription;

#[Subscription]
impl Subscription {
    /// How far a run has come: at once, after every change, and a last time when it has ended. The work may be done by any
    /// replica of the server. For operators.
    async fn crawl_progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The run.")] run_id: ID,
    ) -> async_graphql::Result<impl Stream<Item = async_graphql::Result<CrawlProgress>>> {
        require(ctx, Role::Operator)?;
        let store = store(ctx)?.clone();
        let poll = ctx.data_opt::<CrawlSettings>().map_or(Duration::from_millis(500), CrawlSettings::poll);
        if store.run(&run_id).await.map_err(service::Failure::from)?.is_none() {
            return Err(service::Failure::from(ClientError::new(
                "NOT_FOUND",
                "there is no crawl run with this id",
            ))
            .into());
        }
        Ok(follow(store, run_id.0, poll))
    }
}

/// Looks at the database now and then, so that it does not matter where the work is done.
fn follow(
    store: Store,
    run_id: String,
    poll: Duration,
) -> impl Stream<Item = async_graphql::Result<CrawlProgress>> {
    async_stream::stream! {
        let mut told = None;
        loop {
            // The status is read before the counts: once it says that the run has ended, the counts no longer change.
            let seen = match look(&store, &run_id).await {
                Ok(Some(seen)) => seen,
                Ok(None) => break,
                Err(failure) => {
                    yield Err(failure.into());
                    break;
                }
            };
            let ended = seen.0.status.ended();
            if told.as_ref() != Some(&seen) {
                told = Some(seen.clone());
                yield Ok(CrawlProgress { run: CrawlRun(seen.0), counts: seen.1.into() });
            }
            if ended {
                break;
            }
            tokio::time::sleep(poll).await;
        }
    }
}

async fn look(store: &Store, run_id: &str) -> Result<Option<(Run, Counts)>> {
    let Some(run) = store.run(run_id).await? else { return Ok(None) };
    let counts = store.item_counts(&[run_id.to_owned()]).await?.remove(run_id).unwrap_or_default();
    Ok(Some((run, counts)))
}
