//! `CrawlItem`: one URL of a run.

use async_graphql::{Context, ID, Object};
use service::error::{Result, internal};
use service::{DateTime, nullable};

use super::{CrawlRun, Document, NasFile};
use crate::loaders::{self, FileId, RunId};
use crate::store::items::{Item, ItemReason, ItemState};

/// One URL of a run.
pub struct CrawlItem(pub Item);

/// One URL of a run and what became of it. Only operators see items.
#[Object]
impl CrawlItem {
    /// The id, a UUID.
    pub async fn id(&self) -> ID {
        ID(self.0.id.clone())
    }

    /// The run.
    async fn run(&self, ctx: &Context<'_>) -> Result<CrawlRun> {
        let run = loaders::of(ctx)?.load_one(RunId(self.0.run_id.clone())).await?;
        run.map(CrawlRun).ok_or_else(|| internal("an item has no run"))
    }

    /// The URL, in its normal spelling.
    async fn url(&self) -> &str {
        &self.0.url
    }

    /// How many links away from the start it was found.
    async fn depth(&self) -> i32 {
        i32::try_from(self.0.depth).unwrap_or(i32::MAX)
    }

    /// Where it stands.
    async fn state(&self) -> ItemState {
        self.0.state
    }

    /// Why it failed, was skipped, or is tried again.
    async fn reason(&self) -> Option<ItemReason> {
        self.0.reason
    }

    /// More about the reason.
    async fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// How often the current step was tried.
    async fn attempts(&self) -> i32 {
        i32::try_from(self.0.attempts).unwrap_or(i32::MAX)
    }

    /// The HTTP status that the site answered.
    async fn http_status(&self) -> Option<i32> {
        self.0.http_status.and_then(|status| i32::try_from(status).ok())
    }

    /// The content type that the site answered.
    async fn content_type(&self) -> Option<&str> {
        self.0.content_type.as_deref()
    }

    /// The SHA-256 of the content, in hex.
    async fn content_hash(&self) -> Option<&str> {
        self.0.content_hash.as_deref()
    }

    /// Where it redirects.
    async fn redirect_to(&self) -> Option<&str> {
        self.0.redirect_to.as_deref()
    }

    /// The title that was read from it.
    async fn title(&self) -> Option<&str> {
        self.0.title.as_deref()
    }

    /// The original on the NAS.
    async fn file(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<NasFile>> {
        nullable(ctx, async move {
            let Some(id) = &self.0.file_id else { return Ok(None) };
            Ok(loaders::of(ctx)?.load_one(FileId(id.clone())).await?.map(NasFile))
        })
        .await
    }

    /// The document that it became.
    async fn document(&self) -> Option<Document> {
        self.0.document_id.clone().map(|id| Document { id: ID(id) })
    }

    /// When it was discovered.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it changed last.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}
