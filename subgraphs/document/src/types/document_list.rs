//! What a list of documents says about the whole list.

use async_graphql::{Context, Object, Result};
use service::Failure;

use crate::store::document::{Filter, count};
use crate::store::stores;

/// Counts the whole list when the client asks for it.
pub struct WholeList(pub Filter);

/// What a list of documents says about the whole list.
#[Object]
impl WholeList {
    /// How many documents the whole list has, over all pages.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32> {
        let documents = count(&stores(ctx)?.document_meta, &self.0).await.map_err(Failure::from)?;
        Ok(i32::try_from(documents).unwrap_or(i32::MAX))
    }
}
