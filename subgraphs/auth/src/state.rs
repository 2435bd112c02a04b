//! What all resolvers share, in `ctx.data::<Auth>()`: store, clock, passwords, signing.

use std::sync::Arc;

use async_graphql::Context;
use service::error::{Result, internal};
use service::{ClientError, Clock, Role, require, require_user};

use crate::ids::Ids;
use crate::passwords::Passwords;
use crate::settings::Lifetimes;
use crate::signing::{Seal, Signer};
use crate::store::{Store, UserRow};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// What all resolvers share. Cheap to clone.
#[derive(Clone)]
pub struct Auth {
    /// The tables.
    pub store: Store,
    /// The clock.
    pub clock: Clock,
    /// Hashing.
    pub passwords: Arc<Passwords>,
    /// Access tokens.
    pub signer: Arc<Signer>,
    /// Secrets that a repeated request must get again.
    pub seal: Arc<Seal>,
    /// New ids.
    pub ids: Arc<Ids>,
    /// How long things live.
    pub lifetimes: Lifetimes,
}

impl Auth {
    /// The shared state of a request.
    pub fn of<'a>(ctx: &Context<'a>) -> Result<&'a Self> {
        ctx.data_opt::<Self>().ok_or_else(|| internal("the schema was built without its state"))
    }

    /// Microseconds since 1970.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// How long a refresh token may lie unused.
    pub fn refresh_lifetime(&self) -> i64 {
        i64::from(self.lifetimes.refresh_token_days) * DAY
    }

    /// How long a session lasts at most.
    pub fn session_lifetime(&self) -> i64 {
        i64::from(self.lifetimes.session_days) * DAY
    }

    /// How long a second use of a refresh token is forgiven.
    pub fn grace(&self) -> i64 {
        i64::from(self.lifetimes.refresh_grace_seconds) * SECOND
    }

    /// The user behind the request as the database knows it now: a token may outlive an account or a session.
    pub async fn live_user(&self, ctx: &Context<'_>) -> Result<UserRow> {
        let caller = require_user(ctx)?;
        let ended = || ClientError::new("UNAUTHENTICATED", "this session or account has ended");
        if let Some(session) = &caller.session
            && !self.store.session_is_open(session, &caller.id, self.now()).await?
        {
            return Err(ended().into());
        }
        let user = self.store.user(&caller.id).await?;
        Ok(user.filter(|user| user.active).ok_or_else(ended)?)
    }

    /// The live user, if the token and the database give it this role.
    pub async fn live_user_with(&self, ctx: &Context<'_>, role: Role) -> Result<UserRow> {
        require(ctx, role)?;
        let user = self.live_user(ctx).await?;
        if user.roles.iter().any(|have| have.includes(role)) {
            return Ok(user);
        }
        Err(ClientError::new("FORBIDDEN", format!("this needs the role {}", role.name())).into())
    }

    /// The live user in a session of its own; tokens made from API keys are not enough.
    pub async fn live_session(&self, ctx: &Context<'_>) -> Result<(UserRow, String)> {
        let session = require_user(ctx)?.session.clone();
        let session = session
            .ok_or_else(|| ClientError::new("SESSION_NEEDED", "this needs a sign-in with a password"))?;
        Ok((self.live_user(ctx).await?, session))
    }
}
