//! `CrawlRun`: one crawl of a source.

use async_graphql::{Context, ID, Object};
use service::error::{Result, internal};
use service::{Connection, DateTime, PageArgs, TotalCount};

use super::{CrawlCounts, CrawlItem, CrawlSource, User, wants_total};
use crate::loaders::{self, CountsOf, ItemsOf, Slice, SourceId};
use crate::store::items::{Counts, ItemReason, ItemState};
use crate::store::runs::{Run, RunStatus};

/// One crawl of a source.
pub struct CrawlRun(pub Run);

/// One crawl of a source. Only operators see runs.
#[Object]
impl CrawlRun {
    /// The id, a UUID.
    pub async fn id(&self) -> ID {
        ID(self.0.id.clone())
    }

    /// The source.
    async fn source(&self, ctx: &Context<'_>) -> Result<CrawlSource> {
        let source = loaders::of(ctx)?.load_one(SourceId(self.0.source_id.clone())).await?;
        source.map(CrawlSource).ok_or_else(|| internal("a run has no source"))
    }

    /// Where it stands.
    async fn status(&self) -> RunStatus {
        self.0.status
    }

    /// Why it failed.
    async fn reason(&self) -> Option<ItemReason> {
        self.0.reason
    }

    /// Who started it; nobody started a scheduled run.
    async fn started_by(&self) -> Option<User> {
        self.0.started_by.clone().map(User::from)
    }

    /// When it was asked for.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When work on it began.
    async fn started_at(&self) -> Option<DateTime> {
        self.0.started_at.map(DateTime)
    }

    /// When it ended.
    async fn finished_at(&self) -> Option<DateTime> {
        self.0.finished_at.map(DateTime)
    }

    /// How its items stand.
    async fn counts(&self, ctx: &Context<'_>) -> Result<CrawlCounts> {
        let counts = loaders::of(ctx)?.load_one(CountsOf(self.0.id.clone())).await?;
        Ok(counts.unwrap_or_default().into())
    }

    /// Its items in the order of their discovery.
    async fn items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only items in this state.")] state: Option<ItemState>,
        #[graphql(desc = "How many, 20 if left out, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor.")] after: Option<String>,
    ) -> Result<Connection<CrawlItem, TotalCount>> {
        let page = PageArgs::<String>::new(first, after)?;
        let slice = Slice { filter: state, limit: page.limit(), after: page.after.clone() };
        let loaders = loaders::of(ctx)?;
        let rows = loaders.load_one(ItemsOf(self.0.id.clone(), slice)).await?.unwrap_or_default();
        let total = match wants_total(ctx) {
            true => total(loaders.load_one(CountsOf(self.0.id.clone())).await?.unwrap_or_default(), state),
            false => 0,
        };
        Ok(page.connection_with(rows, TotalCount::new(total), |item| item.id.clone(), CrawlItem))
    }
}

fn total(counts: Counts, state: Option<ItemState>) -> i64 {
    match state {
        None => counts.total(),
        Some(ItemState::Discovered) => counts.discovered,
        Some(ItemState::Stored) => counts.stored,
        Some(ItemState::Done) => counts.done,
        Some(ItemState::Skipped) => counts.skipped,
        Some(ItemState::Failed) => counts.failed,
    }
}
