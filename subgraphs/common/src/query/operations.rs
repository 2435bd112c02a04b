//! What operators watch: how far the index is, and its rebuilds.

use async_graphql::{Context, ID, Object, Result};
use service::{Clock, Connection, DateTime, PageArgs, Role, nullable, require};

use crate::indexer::Indexer;
use crate::store::{Stores, outbox, reindex};
use crate::types::list_cost;
use crate::types::reindex::{IngestStatus, Reindex};

/// What operators watch.
#[derive(Default)]
pub struct Operations;

#[Object]
impl Operations {
    /// How far the index is behind Document Meta. For operators.
    async fn ingest_status(&self, ctx: &Context<'_>) -> Result<Option<IngestStatus>> {
        nullable(ctx, async {
            require(ctx, Role::Operator)?;
            let stores = ctx.data_unchecked::<Stores>();
            let now = ctx.data_unchecked::<Clock>().now();
            let backlog = outbox::backlog(&stores.document_meta, now).await?;
            let int = |count: i64| i32::try_from(count).unwrap_or(i32::MAX);
            Ok(Some(IngestStatus {
                pending: int(backlog.entries),
                claimed: int(backlog.claimed),
                refused: int(backlog.refused),
                oldest_pending_at: backlog.oldest_at.map(DateTime),
                search_available: stores.search_reader.ping().await.is_ok(),
                failing_since: ctx.data_unchecked::<Indexer>().failing_since().map(DateTime),
            }))
        })
        .await
    }

    /// The rebuild of an index with that id. For operators.
    async fn reindex_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rebuild's id.")] id: ID,
    ) -> Result<Option<Reindex>> {
        nullable(ctx, async {
            require(ctx, Role::Operator)?;
            let database = &ctx.data_unchecked::<Stores>().common;
            Ok(reindex::by_id(database, &id).await?.map(Reindex))
        })
        .await
    }

    /// Rebuilds of indexes, newest first. For operators.
    #[graphql(complexity = "list_cost(first, child_complexity)")]
    async fn reindex_runs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 20 unless told, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor.")] after: Option<String>,
    ) -> Result<Option<Connection<Reindex>>> {
        nullable(ctx, async {
            require(ctx, Role::Operator)?;
            let page = PageArgs::<(i64, String)>::new(first, after)?;
            let database = &ctx.data_unchecked::<Stores>().common;
            let rows = reindex::page(database, page.after.as_ref(), page.limit()).await?;
            Ok(Some(page.connection(rows, |row| (row.started_at, row.id.clone()), Reindex)))
        })
        .await
    }
}
