//! What can be asked, and the entity `User`.

use async_graphql::{Context, ID, InputObject, Object};
use service::error::{Failure, entity};
use service::{ClientError, Connection, PageArgs, Role, TotalCount, caller, nullable, or_null, require_user};

use crate::loaders::{self, UserId};
use crate::state::Auth;
use crate::store;
use crate::types::{ServiceClient, SigningKey, User, UserRole};

/// Which users a list has; what is left out does not matter.
#[derive(InputObject, Default)]
pub struct UserFilter {
    /// Part of the name or of the e-mail address.
    search: Option<String>,
    /// Only users who have this role.
    role: Option<UserRole>,
    /// Only active users, or only deactivated ones.
    active: Option<bool>,
}

impl From<UserFilter> for store::UserFilter {
    fn from(filter: UserFilter) -> Self {
        let UserFilter { search, role, active } = filter;
        Self { search: search.filter(|text| !text.trim().is_empty()), role: role.map(Role::from), active }
    }
}

/// What can be asked.
pub struct Query;

/// What can be asked.
#[Object]
impl Query {
    /// The signed-in user; null for anonymous requests and service tokens.
    async fn me(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        nullable(ctx, async {
            let Some(user) = caller(ctx).user.as_ref().filter(|user| !user.has(Role::Service)) else {
                return Ok(None);
            };
            let row = loaders::of(ctx)?.load_one(UserId(user.id.clone())).await?;
            Ok(row.filter(|row| row.active).map(User::new))
        })
        .await
    }

    /// A user by its id; null if there is none. For the user itself and administrators.
    async fn user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] id: ID,
    ) -> async_graphql::Result<Option<User>> {
        nullable(ctx, async {
            let user = require_user(ctx)?;
            if user.id != *id && !user.has(Role::Administrator) {
                return Err(ClientError::new(
                    "FORBIDDEN",
                    "only the user itself and administrators may see this",
                )
                .into());
            }
            User::find(ctx, &id).await
        })
        .await
    }

    /// All users, in the order in which they were made. For administrators.
    async fn users(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor.")] after: Option<String>,
        #[graphql(desc = "Which users.")] filter: Option<UserFilter>,
    ) -> async_graphql::Result<Option<Connection<User, TotalCount>>> {
        or_null(ctx, async {
            let auth = Auth::of(ctx)?;
            auth.live_user_with(ctx, Role::Administrator).await?;
            let page = PageArgs::<String>::new(first, after)?;
            let filter = store::UserFilter::from(filter.unwrap_or_default());
            let rows = auth.store.users(&filter, page.after.as_deref(), page.limit()).await?;
            let count = match ctx.look_ahead().field("totalCount").exists() {
                true => auth.store.count_users(&filter).await?,
                false => 0,
            };
            Ok(page.connection_with(rows, TotalCount::new(count), |row| row.id.clone(), User::new))
        })
        .await
    }

    /// All service clients, by id. For administrators.
    async fn service_clients(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor.")] after: Option<String>,
    ) -> async_graphql::Result<Option<Connection<ServiceClient>>> {
        or_null(ctx, async {
            let auth = Auth::of(ctx)?;
            auth.live_user_with(ctx, Role::Administrator).await?;
            let page = PageArgs::<String>::new(first, after)?;
            let rows = auth.store.service_clients(page.after.as_deref(), page.limit()).await?;
            Ok(page.connection(rows, |row| row.id.clone(), ServiceClient))
        })
        .await
    }

    /// The keys that sign access tokens, oldest first: one that signs, and few around it. For administrators.
    async fn signing_keys(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Vec<SigningKey>>> {
        or_null(ctx, async {
            let auth = Auth::of(ctx)?;
            auth.live_user_with(ctx, Role::Administrator).await?;
            let keys = auth.signer.ring.list().await.map_err(Failure::from)?;
            Ok(keys.into_iter().map(SigningKey).collect())
        })
        .await
    }

    /// A user by its key.
    #[graphql(entity)]
    async fn find_user_by_id(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] id: ID,
    ) -> async_graphql::Result<Option<User>> {
        entity(ctx, User::find(ctx, &id).await)
    }
}
