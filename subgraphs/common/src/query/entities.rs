//! Entities by key, for the gateway. Not found is null; a failure is noted and the entity is null.

use async_graphql::{Context, ID, Object, Result};
use service::entity;

use crate::loaders::{OrganizationOf, loaders, tree};
use crate::types::category::Category;
use crate::types::document::Document;
use crate::types::organization::Organization;
use crate::types::user::User;

/// Entities by key.
#[derive(Default)]
pub struct Entities;

#[Object]
impl Entities {
    #[graphql(entity)]
    async fn find_document_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Document>> {
        entity(ctx, Document::find(ctx, &id).await)
    }

    #[graphql(entity)]
    async fn find_category_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Category>> {
        entity(ctx, tree(ctx).await.map(|tree| tree.get(&id).cloned().map(Category)))
    }

    #[graphql(entity)]
    async fn find_organization_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Organization>> {
        let found = async { Ok(loaders(ctx)?.load_one(OrganizationOf(id.0)).await?.map(Organization)) };
        entity(ctx, found.await)
    }

    #[graphql(entity)]
    async fn find_user_by_id(&self, id: ID) -> Option<User> {
        Some(User(id.0))
    }
}
