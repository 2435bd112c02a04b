//! `User`: what common keeps for a user; for that user's own eyes and administrators'.

use async_graphql::{Context, ID, Object, Result};
use service::{ClientError, Connection, PageArgs, Role, nullable, require_user};

use super::bookmark::Bookmark;
use super::list_cost;
use super::saved_search::SavedSearch;
use crate::loaders::{BookmarksOf, SavedSearchesOf, UsersPage, loaders};

/// Somebody with an account.
pub struct User(pub String);

impl User {
    /// Refuses everybody but the user and administrators.
    fn allow(&self, ctx: &Context<'_>) -> service::error::Result<()> {
        let caller = require_user(ctx)?;
        if caller.id == self.0 || caller.has(Role::Administrator) {
            return Ok(());
        }
        Err(ClientError::new("FORBIDDEN", "only the user and administrators may see this").into())
    }
}

type Cursor = (i64, String);

fn users_page(user: &User, page: &PageArgs<Cursor>) -> UsersPage {
    UsersPage { user_id: user.0.clone(), after: page.after.clone(), limit: page.limit() }
}

/// Somebody with an account.
#[Object]
impl User {
    /// The user's id.
    async fn id(&self) -> ID {
        ID::from(&self.0)
    }

    /// The documents that the user has put aside, newest first. For the user and administrators.
    #[graphql(complexity = "list_cost(first, child_complexity)")]
    async fn bookmarks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 20 unless told, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor.")] after: Option<String>,
    ) -> Result<Option<Connection<Bookmark>>> {
        nullable(ctx, async {
            self.allow(ctx)?;
            let page = PageArgs::<Cursor>::new(first, after)?;
            let rows = loaders(ctx)?.load_one(BookmarksOf(users_page(self, &page))).await?;
            let cursor = |row: &crate::store::bookmark::Bookmark| (row.created_at, row.id.clone());
            Ok(Some(page.connection(rows.unwrap_or_default(), cursor, Bookmark)))
        })
        .await
    }

    /// The searches that the user has saved, newest first. For the user and administrators.
    #[graphql(complexity = "list_cost(first, child_complexity)")]
    async fn saved_searches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 20 unless told, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor.")] after: Option<String>,
    ) -> Result<Option<Connection<SavedSearch>>> {
        nullable(ctx, async {
            self.allow(ctx)?;
            let page = PageArgs::<Cursor>::new(first, after)?;
            let rows = loaders(ctx)?.load_one(SavedSearchesOf(users_page(self, &page))).await?;
            let cursor = |row: &crate::store::saved_search::SavedSearch| (row.created_at, row.id.clone());
            Ok(Some(page.connection(rows.unwrap_or_default(), cursor, SavedSearch)))
        })
        .await
    }
}
