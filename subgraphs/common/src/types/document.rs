//! `Document`: what common adds to every document, whichever collection it is of.

use async_graphql::{Context, ID, Object, Result};
use service::nullable;

use super::category::Category;
use super::keyword::Keyword;
use super::organization::Organization;
use crate::loaders::{HeadOf, KeywordsOf, OrganizationOf, loaders, tree};
use crate::store::document::Head;

/// A document of any collection.
pub struct Document(pub String);

impl Document {
    /// The document of that id, if there is one.
    pub async fn find(ctx: &Context<'_>, id: &str) -> service::error::Result<Option<Self>> {
        let head = loaders(ctx)?.load_one(HeadOf(id.to_owned())).await?;
        Ok(head.map(|head| Self(head.id)))
    }

    async fn head(&self, ctx: &Context<'_>) -> service::error::Result<Option<Head>> {
        Ok(loaders(ctx)?.load_one(HeadOf(self.0.clone())).await?)
    }
}

/// A document of any collection.
#[Object(interface_object)]
impl Document {
    /// The document's id.
    async fn id(&self) -> ID {
        ID::from(&self.0)
    }

    /// Where the document is filed.
    async fn category(&self, ctx: &Context<'_>) -> Result<Option<Category>> {
        nullable(ctx, async {
            let Some(id) = self.head(ctx).await?.and_then(|head| head.category_id) else { return Ok(None) };
            Ok(tree(ctx).await?.get(&id).cloned().map(Category))
        })
        .await
    }

    /// Who issued the document.
    async fn organization(&self, ctx: &Context<'_>) -> Result<Option<Organization>> {
        nullable(ctx, async {
            let Some(id) = self.head(ctx).await?.and_then(|head| head.organization_id) else {
                return Ok(None);
            };
            let found = loaders(ctx)?.load_one(OrganizationOf(id)).await?;
            Ok(found.map(Organization))
        })
        .await
    }

    /// The words under which the document is filed, in its own order; at most fifty.
    async fn keywords(&self, ctx: &Context<'_>) -> Result<Option<Vec<Keyword>>> {
        nullable(ctx, async {
            let words = loaders(ctx)?.load_one(KeywordsOf(self.0.clone())).await?;
            Ok(Some(words.unwrap_or_default().into_iter().map(Keyword).collect()))
        })
        .await
    }
}
