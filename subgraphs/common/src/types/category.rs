//! `Category`: a node of the tree by which documents are filed.

use async_graphql::{Context, ID, Object, Result};
use service::{Connection, DateTime, PageArgs, nullable};

use super::language::Language;
use super::list_cost;
use crate::loaders::tree;
use crate::store::category::Category as Row;

/// A node of the tree by which documents are filed.
pub struct Category(pub Row);

/// A node of the tree by which documents are filed.
#[Object]
impl Category {
    /// The category's id.
    async fn id(&self) -> ID {
        ID::from(&self.0.id)
    }

    /// A short stable name for addresses, e.g. climate-energy.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// The name in a language.
    async fn name(&self, #[graphql(desc = "In which language.", default)] language: Language) -> &str {
        language.choose(&self.0.name_ko, &self.0.name_en)
    }

    /// The place among the categories with the same parent; smaller comes first.
    async fn position(&self) -> i32 {
        i32::try_from(self.0.position).unwrap_or(i32::MAX)
    }

    /// The category above; null at the top.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Self>> {
        nullable(ctx, async {
            let Some(parent) = &self.0.parent_id else { return Ok(None) };
            Ok(tree(ctx).await?.get(parent).cloned().map(Self))
        })
        .await
    }

    /// The categories above, from the top down to the parent; at most ten.
    async fn ancestors(&self, ctx: &Context<'_>) -> Result<Vec<Self>> {
        let tree = tree(ctx).await?;
        let path = tree.path(&self.0.id);
        Ok(path.iter().filter(|above| above.id != self.0.id).map(|above| Self((*above).clone())).collect())
    }

    /// The categories directly below, in order.
    #[graphql(complexity = "list_cost(first, child_complexity)")]
    async fn children(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 20 unless told, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor.")] after: Option<String>,
    ) -> Result<Connection<Self>> {
        let page = PageArgs::new(first, after).map_err(service::Failure::from)?;
        Ok(in_order(&page, tree(ctx).await?.children(Some(&self.0.id))))
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}

/// The page of categories that are already in order by position and id.
pub fn in_order(page: &PageArgs<(i64, String)>, categories: Vec<&Row>) -> Connection<Category> {
    let key = |row: &Row| (row.position, row.id.clone());
    let behind = |row: &&Row| page.after.as_ref().is_none_or(|after| key(row) > *after);
    let limit = usize::try_from(page.limit()).unwrap_or_default();
    let rows: Vec<Row> = categories.into_iter().filter(behind).take(limit).cloned().collect();
    page.connection(rows, key, Category)
}
