//! `CrawlSource`: a site that is crawled.

use async_graphql::{Context, ID, Object};
use service::error::Result;
use service::{Connection, DateTime, Long, PageArgs, TotalCount};

use super::{Category, CrawlRun, Organization, User, wants_total};
use crate::loaders::{self, RunCountOf, RunsOf, Slice};
use crate::store::runs::RunStatus;
use crate::store::sources::{Collection, Source};

/// A site, or a part of one, that is crawled.
pub struct CrawlSource(pub Source);

/// A site, or a part of one, that is crawled. Only operators see sources.
#[Object]
impl CrawlSource {
    /// The id, a UUID.
    pub async fn id(&self) -> ID {
        ID(self.0.id.clone())
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Where a crawl begins: a page, or a sitemap.
    async fn start_url(&self) -> &str {
        &self.0.start_url
    }

    /// Only URLs under this prefix are crawled.
    async fn url_prefix(&self) -> &str {
        &self.0.url_prefix
    }

    /// The collection that its documents belong to.
    async fn collection(&self) -> Collection {
        self.0.collection
    }

    /// The category that its documents get.
    async fn category(&self) -> Option<Category> {
        self.0.category_id.clone().map(|id| Category { id: ID(id) })
    }

    /// The organization that its documents get.
    async fn organization(&self) -> Option<Organization> {
        self.0.organization_id.clone().map(|id| Organization { id: ID(id) })
    }

    /// How many pages and files a run takes at most.
    async fn max_pages(&self) -> i32 {
        i32::try_from(self.0.limits.max_pages).unwrap_or(i32::MAX)
    }

    /// How many links away from the start a run goes.
    async fn max_depth(&self) -> i32 {
        i32::try_from(self.0.limits.max_depth).unwrap_or(i32::MAX)
    }

    /// How many bytes one page or file may have.
    async fn max_bytes(&self) -> Long {
        Long(self.0.limits.max_bytes)
    }

    /// The least time between two requests, in milliseconds. A longer delay that the site's robots.txt asks for is kept.
    async fn delay_ms(&self) -> i32 {
        i32::try_from(self.0.limits.delay_ms).unwrap_or(i32::MAX)
    }

    /// Whether hosts that are not on the public internet may be crawled; only administrators allow it.
    async fn allow_private_hosts(&self) -> bool {
        self.0.allow_private_hosts
    }

    /// The time between two scheduled runs, in seconds; without it there is no schedule.
    async fn interval_seconds(&self) -> Option<i32> {
        self.0.interval_seconds.map(|seconds| i32::try_from(seconds).unwrap_or(i32::MAX))
    }

    /// When the next scheduled run begins.
    async fn next_run_at(&self) -> Option<DateTime> {
        self.0.next_run_at.filter(|_| self.0.active).map(DateTime)
    }

    /// Whether it may be crawled at all.
    async fn active(&self) -> bool {
        self.0.active
    }

    /// Who registered it.
    async fn created_by(&self) -> Option<User> {
        self.0.created_by.clone().map(User::from)
    }

    /// When it was registered.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }

    /// Its runs, newest first.
    async fn runs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only runs with this status.")] status: Option<RunStatus>,
        #[graphql(desc = "How many, 20 if left out, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor.")] after: Option<String>,
    ) -> Result<Connection<CrawlRun, TotalCount>> {
        let page = PageArgs::<String>::new(first, after)?;
        let slice = Slice { filter: status, limit: page.limit(), after: page.after.clone() };
        let loaders = loaders::of(ctx)?;
        let rows = loaders.load_one(RunsOf(self.0.id.clone(), slice)).await?.unwrap_or_default();
        let total = match wants_total(ctx) {
            true => loaders.load_one(RunCountOf(self.0.id.clone(), status)).await?.unwrap_or(0),
            false => 0,
        };
        Ok(page.connection_with(rows, TotalCount::new(total), |run| run.id.clone(), CrawlRun))
    }
}
