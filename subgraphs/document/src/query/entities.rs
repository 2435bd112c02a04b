//! Entities by key, for the gateway. Not found is null; a failure is noted and the entity is null.

use async_graphql::{Context, ID, Object, Result};
use service::entity;

use crate::types::document::Document;
use crate::types::policy_document::PolicyDocument;
use crate::types::project_document::ProjectDocument;
use crate::types::screening_document::ScreeningDocument;

/// Entities by key.
#[derive(Default)]
pub struct Entities;

#[Object]
impl Entities {
    #[graphql(entity)]
    async fn find_document_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Document>> {
        entity(ctx, Document::find(ctx, id).await)
    }

    #[graphql(entity)]
    async fn find_policy_document_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<PolicyDocument>> {
        let found = entity(ctx, Document::find(ctx, id).await)?;
        Ok(found
            .and_then(|document| if let Document::Policy(policy) = document { Some(policy) } else { None }))
    }

    #[graphql(entity)]
    async fn find_screening_document_by_id(
        &self,
        ctx: &Context<'_>,
        id: ID,
    ) -> Result<Option<ScreeningDocument>> {
        let found = entity(ctx, Document::find(ctx, id).await)?;
        Ok(found
            .and_then(|document| if let Document::Screening(item) = document { Some(item) } else { None }))
    }

    #[graphql(entity)]
    async fn find_project_document_by_id(
        &self,
        ctx: &Context<'_>,
        id: ID,
    ) -> Result<Option<ProjectDocument>> {
        let found = entity(ctx, Document::find(ctx, id).await)?;
        Ok(found.and_then(
            |document| if let Document::Project(project) = document { Some(project) } else { None },
        ))
    }
}
