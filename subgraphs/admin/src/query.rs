//! Root fields and entities.

use async_graphql::{Context, ID, Object};
use service::error::Result;
use service::{Connection, PageArgs, Role, TotalCount, entity, internal, nullable, require};

use crate::loaders::{self, FileId, ItemId, RunId, SourceId};
use crate::store::Store;
use crate::store::files::{File, ROOT};
use crate::store::pages::Window;
use crate::store::runs::RunStatus;
use crate::types::{CrawlItem, CrawlRun, CrawlSource, Document, NasFile, NasUsage, children, wants_total};

/// The store of a request.
pub fn store<'a>(ctx: &Context<'a>) -> Result<&'a Store> {
    ctx.data_opt::<Store>().ok_or_else(|| internal("the schema was built without its store"))
}

/// The root of all queries.
#[derive(Default)]
pub struct Query;

#[Object]
impl Query {
    /// A crawl source by its id.
    async fn crawl_source(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: ID,
    ) -> async_graphql::Result<Option<CrawlSource>> {
        nullable(ctx, async move {
            require(ctx, Role::Operator)?;
            Ok(loaders::of(ctx)?.load_one(SourceId(id.0)).await?.map(CrawlSource))
        })
        .await
    }

    /// The crawl sources by name.
    async fn crawl_sources(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that are switched on, or off.")] active: Option<bool>,
        #[graphql(desc = "How many, 20 if left out, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor.")] after: Option<String>,
    ) -> async_graphql::Result<Option<Connection<CrawlSource, TotalCount>>> {
        nullable(ctx, async move {
            require(ctx, Role::Operator)?;
            let page = PageArgs::<(String, String)>::new(first, after)?;
            let rows = store(ctx)?.source_page(page.after.as_ref(), active, page.limit()).await?;
            let total = if wants_total(ctx) { store(ctx)?.count_sources(active).await? } else { 0 };
            let cursor = |source: &crate::store::sources::Source| (source.name.clone(), source.id.clone());
            Ok(Some(page.connection_with(rows, TotalCount::new(total), cursor, CrawlSource)))
        })
        .await
    }

    /// A crawl run by its id.
    async fn crawl_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: ID,
    ) -> async_graphql::Result<Option<CrawlRun>> {
        nullable(ctx, async move {
            require(ctx, Role::Operator)?;
            Ok(loaders::of(ctx)?.load_one(RunId(id.0)).await?.map(CrawlRun))
        })
        .await
    }

    /// The crawl runs of all sources, newest first.
    async fn crawl_runs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only runs with this status.")] status: Option<RunStatus>,
        #[graphql(desc = "How many, 20 if left out, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor.")] after: Option<String>,
    ) -> async_graphql::Result<Option<Connection<CrawlRun, TotalCount>>> {
        nullable(ctx, async move {
            require(ctx, Role::Operator)?;
            let page = PageArgs::<String>::new(first, after)?;
            let window = Window { limit: page.limit(), after: page.after.as_deref() };
            let rows = store(ctx)?.run_page(status, window).await?;
            let total = if wants_total(ctx) { store(ctx)?.count_runs(status).await? } else { 0 };
            Ok(Some(page.connection_with(rows, TotalCount::new(total), |run| run.id.clone(), CrawlRun)))
        })
        .await
    }

    /// A crawl item by its id.
    async fn crawl_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: ID,
    ) -> async_graphql::Result<Option<CrawlItem>> {
        nullable(ctx, async move {
            require(ctx, Role::Operator)?;
            Ok(loaders::of(ctx)?.load_one(ItemId(id.0)).await?.map(CrawlItem))
        })
        .await
    }

    /// A file or folder of the NAS by its id, also when it is in the recycle bin.
    async fn nas_file(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: ID,
    ) -> async_graphql::Result<Option<NasFile>> {
        nullable(ctx, async move {
            require(ctx, Role::Operator)?;
            Ok(loaders::of(ctx)?.load_one(FileId(id.0)).await?.map(NasFile))
        })
        .await
    }

    /// What is in a folder of the NAS: folders first, then by name. Null if there is no such folder.
    async fn nas_files(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The folder; the root if left out.")] folder: Option<ID>,
        #[graphql(desc = "How many, 20 if left out, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor.")] after: Option<String>,
    ) -> async_graphql::Result<Option<Connection<NasFile, TotalCount>>> {
        nullable(ctx, async move {
            require(ctx, Role::Operator)?;
            let folder = match folder {
                None => ROOT.to_owned(),
                Some(id) => match loaders::of(ctx)?.load_one(FileId(id.0)).await? {
                    Some(File { id, is_folder: true, deleted_at: None, .. }) => id,
                    _ => return Ok(None),
                },
            };
            children(ctx, &folder, first, after).await.map(Some)
        })
        .await
    }

    /// What was deleted from the NAS, the latest first. What was in a deleted folder is not listed by itself.
    async fn nas_recycle_bin(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 20 if left out, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor.")] after: Option<String>,
    ) -> async_graphql::Result<Option<Connection<NasFile, TotalCount>>> {
        nullable(ctx, async move {
            require(ctx, Role::Operator)?;
            let page = PageArgs::<(i64, String)>::new(first, after)?;
            let rows = store(ctx)?.bin_page(page.after.as_ref(), page.limit()).await?;
            let total = if wants_total(ctx) { store(ctx)?.count_bin().await? } else { 0 };
            let cursor = |file: &File| (file.deleted_at.unwrap_or_default(), file.id.clone());
            Ok(Some(page.connection_with(rows, TotalCount::new(total), cursor, NasFile)))
        })
        .await
    }

    /// How much is stored on the NAS.
    async fn nas_usage(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<NasUsage>> {
        nullable(ctx, async move {
            require(ctx, Role::Operator)?;
            Ok(Some(store(ctx)?.usage().await?.into()))
        })
        .await
    }

    #[graphql(entity)]
    async fn find_crawl_source_by_id(
        &self,
        ctx: &Context<'_>,
        id: ID,
    ) -> async_graphql::Result<Option<CrawlSource>> {
        entity(ctx, self.crawl_source_entity(ctx, id).await)
    }

    #[graphql(entity)]
    async fn find_crawl_run_by_id(
        &self,
        ctx: &Context<'_>,
        id: ID,
    ) -> async_graphql::Result<Option<CrawlRun>> {
        entity(ctx, self.crawl_run_entity(ctx, id).await)
    }

    #[graphql(entity)]
    async fn find_crawl_item_by_id(
        &self,
        ctx: &Context<'_>,
        id: ID,
    ) -> async_graphql::Result<Option<CrawlItem>> {
        entity(ctx, self.crawl_item_entity(ctx, id).await)
    }

    #[graphql(entity)]
    async fn find_nas_file_by_id(&self, ctx: &Context<'_>, id: ID) -> async_graphql::Result<Option<NasFile>> {
        entity(ctx, self.nas_file_entity(ctx, id).await)
    }

    #[graphql(entity)]
    async fn find_document_by_id(&self, id: ID) -> async_graphql::Result<Option<Document>> {
        Ok(Some(Document { id }))
    }
}

impl Query {
    async fn crawl_source_entity(&self, ctx: &Context<'_>, id: ID) -> Result<Option<CrawlSource>> {
        require(ctx, Role::Operator)?;
        Ok(loaders::of(ctx)?.load_one(SourceId(id.0)).await?.map(CrawlSource))
    }

    async fn crawl_run_entity(&self, ctx: &Context<'_>, id: ID) -> Result<Option<CrawlRun>> {
        require(ctx, Role::Operator)?;
        Ok(loaders::of(ctx)?.load_one(RunId(id.0)).await?.map(CrawlRun))
    }

    async fn crawl_item_entity(&self, ctx: &Context<'_>, id: ID) -> Result<Option<CrawlItem>> {
        require(ctx, Role::Operator)?;
        Ok(loaders::of(ctx)?.load_one(ItemId(id.0)).await?.map(CrawlItem))
    }

    async fn nas_file_entity(&self, ctx: &Context<'_>, id: ID) -> Result<Option<NasFile>> {
        let user = require(ctx, Role::Reader)?;
        let file = loaders::of(ctx)?.load_one(FileId(id.0)).await?;
        // Readers come here from documents only; whatever else has this id does not exist for them.
        let visible =
            |file: &File| user.has(Role::Operator) || (file.is_original && file.deleted_at.is_none());
        Ok(file.filter(visible).map(NasFile))
    }
}
