//! Documents from Document Meta: one by id, lists.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use service::error::nullable;
use service::{Connection, PageArgs};

use crate::store::document::{Head, Place, page};
use crate::store::stores;
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
        nullable(ctx, Document::find(ctx, id)).await
    }

    /// Documents by date of publication, newest first.
    async fn documents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which documents; all unless told.")] filter: Option<DocumentFilter>,
        #[graphql(desc = "How many, 20 unless told, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor.")] after: Option<String>,
    ) -> Result<Option<Connection<Document, WholeList>>> {
        nullable(ctx, async {
            let args: PageArgs<Place> = PageArgs::new(first, after)?;
            let filter = filter.unwrap_or_default().checked()?;
            let heads = page(&stores(ctx)?.document_meta, &filter, args.after.as_ref(), args.limit()).await?;
            let place = |head: &Head| (head.published_at, head.id.clone());
            Ok(Some(
                args.connection_with(heads, WholeList(filter), place, |head| Document::from(Arc::new(head))),
            ))
        })
        .await
    }
}
