//! `User`: id and name for everyone who is signed in, the rest for the user itself and administrators.

use async_graphql::{Context, Enum, ID, Object};
use service::error::Result;
use service::{ClientError, Connection, DateTime, PageArgs, Role, caller, nullable, require_user};

use super::{ApiKey, Session};
use crate::loaders::{self, ApiKeysOf, SessionsOf, UserId};
use crate::store::{Slice, UserRow};

/// What a user may do. An administrator may do all that an operator may, an operator all that a reader may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum UserRole {
    /// Reads documents, keeps bookmarks and saved searches.
    Reader,
    /// Runs crawls, handles files, classifies documents.
    Operator,
    /// Administers users, service clients and keys.
    Administrator,
}

impl From<UserRole> for Role {
    fn from(role: UserRole) -> Self {
        match role {
            UserRole::Reader => Self::Reader,
            UserRole::Operator => Self::Operator,
            UserRole::Administrator => Self::Administrator,
        }
    }
}

impl UserRole {
    fn from_role(role: Role) -> Option<Self> {
        match role {
            Role::Reader => Some(Self::Reader),
            Role::Operator => Some(Self::Operator),
            Role::Administrator => Some(Self::Administrator),
            Role::Service => None,
        }
    }
}

/// A person with an account.
pub struct User {
    row: UserRow,
    own: bool,
}

/// A person with an account. Everyone who is signed in sees id and name; the rest is for the user itself and
/// administrators.
#[Object]
impl User {
    /// The id, a UUID.
    pub async fn id(&self) -> ID {
        ID(self.row.id.clone())
    }

    /// The display name.
    async fn name(&self) -> &str {
        &self.row.name
    }

    /// The e-mail address to sign in with.
    async fn email(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<&str>> {
        nullable(ctx, async { self.private(ctx).map(|()| Some(self.row.email.as_str())) }).await
    }

    /// What the user may do.
    async fn roles(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Vec<UserRole>>> {
        nullable(ctx, async {
            self.private(ctx)?;
            Ok(Some(self.row.roles.iter().copied().filter_map(UserRole::from_role).collect()))
        })
        .await
    }

    /// Whether the user may sign in.
    async fn active(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<bool>> {
        nullable(ctx, async { self.private(ctx).map(|()| Some(self.row.active)) }).await
    }

    /// When the account was made.
    async fn created_at(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<DateTime>> {
        nullable(ctx, async { self.private(ctx).map(|()| Some(DateTime(self.row.created_at))) }).await
    }

    /// When the user last signed in with its password.
    async fn last_login_at(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<DateTime>> {
        nullable(ctx, async { self.private(ctx).map(|()| self.row.last_login_at.map(DateTime)) }).await
    }

    /// The open sessions, newest first.
    async fn sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor.")] after: Option<String>,
    ) -> async_graphql::Result<Option<Connection<Session>>> {
        nullable(ctx, async {
            self.private(ctx)?;
            let page = PageArgs::<String>::new(first, after)?;
            let slice = Slice { after: page.after.clone(), limit: page.limit() };
            let rows =
                loaders::of(ctx)?.load_one(SessionsOf(self.row.id.clone(), slice)).await?.unwrap_or_default();
            let current = caller(ctx).user.as_ref().and_then(|user| user.session.clone());
            let node = |row| Session { row, current: current.clone() };
            Ok(Some(page.connection(rows, |row| row.id.clone(), node)))
        })
        .await
    }

    /// The usable API keys, newest first.
    async fn api_keys(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor.")] after: Option<String>,
    ) -> async_graphql::Result<Option<Connection<ApiKey>>> {
        nullable(ctx, async {
            self.private(ctx)?;
            let page = PageArgs::<String>::new(first, after)?;
            let slice = Slice { after: page.after.clone(), limit: page.limit() };
            let rows =
                loaders::of(ctx)?.load_one(ApiKeysOf(self.row.id.clone(), slice)).await?.unwrap_or_default();
            Ok(Some(page.connection(rows, |row| row.id.clone(), ApiKey)))
        })
        .await
    }
}

impl User {
    /// A user, of which the caller sees what its token allows.
    pub fn new(row: UserRow) -> Self {
        Self { row, own: false }
    }

    /// The user who has just proved to be this one.
    pub fn own(row: UserRow) -> Self {
        Self { row, own: true }
    }

    /// The user of that id, for who is signed in.
    pub async fn find(ctx: &Context<'_>, id: &str) -> Result<Option<Self>> {
        require_user(ctx)?;
        Ok(loaders::of(ctx)?.load_one(UserId(id.to_string())).await?.map(Self::new))
    }

    /// Whether the caller may see more than id and name.
    fn private(&self, ctx: &Context<'_>) -> Result<()> {
        if self.own {
            return Ok(());
        }
        let user = require_user(ctx)?;
        if user.id == self.row.id || user.has(Role::Administrator) {
            return Ok(());
        }
        Err(ClientError::new("FORBIDDEN", "only the user itself and administrators may see this").into())
    }
}
