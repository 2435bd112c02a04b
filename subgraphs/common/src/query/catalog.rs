//! Categories, organizations and code tables: public.

use async_graphql::{Context, ID, Object, Result};
use service::{ClientError, Connection, PageArgs, nullable};

use crate::loaders::{OrganizationOf, loaders, tree};
use crate::store::{Stores, code, organization};
use crate::types::category::{Category, in_order};
use crate::types::code::CodeTable;
use crate::types::list_cost;
use crate::types::organization::Organization;

/// Categories, organizations and code tables.
#[derive(Default)]
pub struct Catalog;

#[Object]
impl Catalog {
    /// The category of that id or of that slug; give one of the two.
    async fn category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The category's id.")] id: Option<ID>,
        #[graphql(desc = "The category's slug.")] slug: Option<String>,
    ) -> Result<Option<Category>> {
        nullable(ctx, async {
            let tree = tree(ctx).await?;
            let found = match one_of(id, slug)? {
                Key::Id(id) => tree.get(&id).cloned(),
                Key::Slug(slug) => tree.by_slug(&slug).cloned(),
            };
            Ok(found.map(Category))
        })
        .await
    }

    /// The categories at the top of the tree, or those directly below one, in order.
    #[graphql(complexity = "list_cost(first, child_complexity)")]
    async fn categories(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The category whose children to list; the top of the tree unless told.")] parent_id: Option<ID>,
        #[graphql(desc = "How many, 20 unless told, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor.")] after: Option<String>,
    ) -> Result<Option<Connection<Category>>> {
        nullable(ctx, async {
            let page = PageArgs::new(first, after)?;
            let tree = tree(ctx).await?;
            let parent = parent_id.as_deref().map(String::as_str);
            Ok(Some(in_order(&page, tree.children(parent))))
        })
        .await
    }

    /// The organization of that id or of that slug; give one of the two.
    async fn organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organization's id.")] id: Option<ID>,
        #[graphql(desc = "The organization's slug.")] slug: Option<String>,
    ) -> Result<Option<Organization>> {
        nullable(ctx, async {
            let found = match one_of(id, slug)? {
                Key::Id(id) => loaders(ctx)?.load_one(OrganizationOf(id)).await?,
                Key::Slug(slug) => {
                    let database = &ctx.data_unchecked::<Stores>().common;
                    organization::by_slug(database, &slug).await?
                }
            };
            Ok(found.map(Organization))
        })
        .await
    }

    /// Organizations by slug.
    #[graphql(complexity = "list_cost(first, child_complexity)")]
    async fn organizations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those of this kind, e.g. ministry.")] kind: Option<String>,
        #[graphql(desc = "How many, 20 unless told, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor.")] after: Option<String>,
    ) -> Result<Option<Connection<Organization>>> {
        nullable(ctx, async {
            let page = PageArgs::<String>::new(first, after)?;
            let database = &ctx.data_unchecked::<Stores>().common;
            let rows = organization::page(database, kind.as_deref(), page.after.as_deref(), page.limit());
            let rows = rows.await?;
            Ok(Some(page.connection(rows, |row| row.slug.clone(), Organization)))
        })
        .await
    }

    /// The code table of that name.
    async fn code_table(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The table's name, e.g. policy-stage.")] name: String,
    ) -> Result<Option<CodeTable>> {
        nullable(ctx, async {
            let database = &ctx.data_unchecked::<Stores>().common;
            let found = code::table_by_name(database, &name).await?;
            Ok(found.map(CodeTable))
        })
        .await
    }

    /// Code tables by name.
    #[graphql(complexity = "list_cost(first, child_complexity)")]
    async fn code_tables(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 20 unless told, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor.")] after: Option<String>,
    ) -> Result<Option<Connection<CodeTable>>> {
        nullable(ctx, async {
            let page = PageArgs::<String>::new(first, after)?;
            let database = &ctx.data_unchecked::<Stores>().common;
            let rows = code::tables(database, page.after.as_deref(), page.limit()).await?;
            Ok(Some(page.connection(rows, |row| row.name.clone(), CodeTable)))
        })
        .await
    }
}

enum Key {
    Id(String),
    Slug(String),
}

fn one_of(id: Option<ID>, slug: Option<String>) -> service::error::Result<Key> {
    match (id, slug) {
        (Some(id), None) => Ok(Key::Id(id.0)),
        (None, Some(slug)) => Ok(Key::Slug(slug)),
        _ => Err(ClientError::new("BAD_USER_INPUT", "give either `id` or `slug`").into()),
    }
}
