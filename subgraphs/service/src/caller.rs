//! Who asks: the user behind a request (if any), the server that passed it on, and what a role may do.

use async_graphql::Context;

use crate::error::{ClientError, Failure};

/// What a user may do. An administrator may do all that an operator may, an operator all that a reader may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Reads documents, keeps bookmarks and saved searches.
    Reader,
    /// Runs crawls, handles files, classifies documents.
    Operator,
    /// Administers users, clients and keys.
    Administrator,
    /// A program with a service token.
    Service,
}

impl Role {
    /// As tokens and databases write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Operator => "operator",
            Self::Administrator => "administrator",
            Self::Service => "service",
        }
    }

    /// The role of that name; unknown names are no role.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Reader, Self::Operator, Self::Administrator, Self::Service]
            .into_iter()
            .find(|role| role.name() == name)
    }

    /// Whether having this role includes `wanted`. `Service` stands alone.
    pub fn includes(self, wanted: Self) -> bool {
        match (self, wanted) {
            (Self::Service, _) | (_, Self::Service) => self == wanted,
            (have, wanted) => have >= wanted,
        }
    }
}

/// The authenticated user of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The user's id, or `service:<client>` for a program.
    pub id: String,
    /// The roles that the token names.
    pub roles: Vec<Role>,
    /// The session the token belongs to; service tokens have none.
    pub session: Option<String>,
    /// When the token ends, in seconds since 1970; subscriptions end with it.
    pub expires: i64,
}

impl User {
    /// Whether one of the user's roles includes `wanted`.
    pub fn has(&self, wanted: Role) -> bool {
        self.roles.iter().any(|role| role.includes(wanted))
    }
}

/// Who asks, in `ctx.data::<Caller>()` of every request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caller {
    /// None for anonymous requests.
    pub user: Option<User>,
    /// The server that passed the request on: `gateway` or `admin`.
    pub via: String,
}

static NOBODY: Caller = Caller { user: None, via: String::new() };

/// Who asks; nobody if the request came without (in tests that execute on the schema directly).
pub fn caller<'a>(ctx: &Context<'a>) -> &'a Caller {
    ctx.data_opt::<Caller>().unwrap_or(&NOBODY)
}

/// The user, if it has the role; otherwise `UNAUTHENTICATED` or `FORBIDDEN`.
pub fn require<'a>(ctx: &Context<'a>, role: Role) -> Result<&'a User, Failure> {
    let user = require_user(ctx)?;
    if user.has(role) {
        return Ok(user);
    }
    Err(ClientError::new("FORBIDDEN", format!("this needs the role {}", role.name())).into())
}

/// The user, whatever its roles; otherwise `UNAUTHENTICATED`.
pub fn require_user<'a>(ctx: &Context<'a>) -> Result<&'a User, Failure> {
    let user = caller(ctx).user.as_ref();
    user.ok_or_else(|| ClientError::new("UNAUTHENTICATED", "this needs a signed-in user").into())
}
