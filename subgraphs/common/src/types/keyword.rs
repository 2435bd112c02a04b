//! `Keyword`: a word under which documents are filed.

use async_graphql::{Context, Object, Result};
use service::Failure;

use crate::loaders::{CountOf, loaders};

/// A word under which documents are filed.
pub struct Keyword(pub String);

/// A word under which documents are filed.
#[Object]
impl Keyword {
    /// The word as written.
    async fn name(&self) -> &str {
        &self.0
    }

    /// In how many documents of all collections it stands.
    async fn document_count(&self, ctx: &Context<'_>) -> Result<i32> {
        let count = loaders(ctx)?.load_one(CountOf(self.0.clone())).await.map_err(Failure::from)?;
        Ok(i32::try_from(count.unwrap_or_default()).unwrap_or(i32::MAX))
    }
}
