//! `Document`: what admin knows of every document, whatever its collection.

use async_graphql::{ComplexObject, Context, ID, SimpleObject};
use service::{Role, nullable, require};

use super::{CrawlItem, NasFile};
use crate::loaders::{self, FileId, ItemId, LinkOf};

/// A document of any collection.
#[derive(SimpleObject, Clone, Debug, PartialEq, Eq)]
#[graphql(complex, interface_object)]
pub struct Document {
    /// The id.
    pub id: ID,
}

#[ComplexObject]
impl Document {
    /// The original that it was made from: the page or file as it was found. For every signed-in user.
    async fn original_file(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<NasFile>> {
        nullable(ctx, async move {
            require(ctx, Role::Reader)?;
            let loaders = loaders::of(ctx)?;
            let link = loaders.load_one(LinkOf(self.id.0.clone())).await?;
            let Some(id) = link.and_then(|link| link.file_id) else { return Ok(None) };
            let file = loaders.load_one(FileId(id)).await?;
            Ok(file.filter(|file| file.deleted_at.is_none()).map(NasFile))
        })
        .await
    }

    /// The crawl item that it came from last. For operators.
    async fn crawl_item(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<CrawlItem>> {
        nullable(ctx, async move {
            require(ctx, Role::Operator)?;
            let loaders = loaders::of(ctx)?;
            let link = loaders.load_one(LinkOf(self.id.0.clone())).await?;
            let Some(id) = link.and_then(|link| link.item_id) else { return Ok(None) };
            Ok(loaders.load_one(ItemId(id)).await?.map(CrawlItem))
        })
        .await
    }
}
