//! Documents from Document Meta: one by id, lists.

use async_graphql::{Context, ID, Object, Result};
use service::{Connection, Failure, PageArgs};

use crate::store::Stores;
use crate::store::document::{Head, Place, page};
use crate::types::document::Document;
use crate::types::document_filter::DocumentFilter;
use crate::types::document_list::WholeList;

/// Documents from Document Meta.
#[derive(Default)]
pub struct Documents;

#[Object]
impl Documents {
    /// The document of this id; null if there is none, or none any more.
    async fn document(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The document's id.")] id: ID,
    ) -> Result<Option<Document>> {
        Ok(Document::find(ctx, id).await?)
    }

    /// Documents by date of publication, newest first.
    async fn documents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which documents; all unless told.")] filter: Option<DocumentFilter>,
        #[graphql(desc = "How many, 20 unless told, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor.")] after: Option<String>,
    ) -> Result<Connection<Document, WholeList>> {
        let args: PageArgs<Place> = PageArgs::new(first, after).map_err(Failure::from)?;
        let filter = filter.unwrap_or_default().checked().map_err(Failure::from)?;
        let stores = ctx.data::<Stores>()?;
        let heads = page(&stores.document_meta, &filter, args.after.as_ref(), args.limit())
            .await
            .map_err(Failure::from)?;
        let place = |head: &Head| (head.published_at, head.id.clone());
        Ok(args.connection_with(heads, WholeList(filter), place, |head| {
            Document::from(std::sync::Arc::new(head))
        }))
    }
}
