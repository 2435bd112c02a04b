//! What sign-in, renewal and sign-out take and answer.

use async_graphql::{ID, InputObject, SimpleObject, Union};
use service::DateTime;

use crate::types::{Session, TooManyAttempts, User};

/// What one signs in with.
#[derive(InputObject)]
pub struct LoginInput {
    /// The e-mail address of the account.
    pub email: String,
    /// The password.
    pub password: String,
    /// What the client runs on, shown in the list of sessions.
    pub device: Option<String>,
}

/// Signed in: tokens for a new session.
#[derive(SimpleObject)]
pub struct LoginSuccess {
    /// Goes into the authorization header of every request, as `Bearer <token>`.
    pub access_token: String,
    /// When the access token expires.
    pub access_token_expires_at: DateTime,
    /// Good once, for new tokens; to be kept secret.
    pub refresh_token: String,
    /// The session that began.
    pub session: Session,
    /// Who signed in.
    pub user: User,
}

/// The address or the password is wrong.
#[derive(SimpleObject)]
pub struct InvalidCredentials {
    /// For people.
    pub message: String,
}

/// The account exists but may not be used.
#[derive(SimpleObject)]
pub struct AccountDeactivated {
    /// For people.
    pub message: String,
}

impl AccountDeactivated {
    pub fn new() -> Self {
        Self { message: "This account is deactivated.".into() }
    }
}

/// How a sign-in went.
#[derive(Union)]
#[expect(clippy::large_enum_variant, reason = "one is made per answer and consumed at once")]
pub enum LoginPayload {
    /// Signed in.
    Success(LoginSuccess),
    /// Wrong address or password.
    InvalidCredentials(InvalidCredentials),
    /// Refused for a while.
    TooManyAttempts(TooManyAttempts),
    /// Not to be used.
    AccountDeactivated(AccountDeactivated),
}

/// Renewed: new tokens for the same session. The old refresh token is spent.
#[derive(SimpleObject)]
pub struct RefreshSuccess {
    /// Goes into the authorization header of every request, as `Bearer <token>`.
    pub access_token: String,
    /// When the access token expires.
    pub access_token_expires_at: DateTime,
    /// Good once, for new tokens; to be kept secret.
    pub refresh_token: String,
    /// The session.
    pub session: Session,
    /// Whose it is.
    pub user: User,
}

/// The refresh token is unknown or expired, or its session has ended: sign in again.
#[derive(SimpleObject)]
pub struct InvalidRefreshToken {
    /// For people.
    pub message: String,
}

/// The refresh token was used a moment ago, most likely by another tab: take the tokens which that one got.
#[derive(SimpleObject)]
pub struct RefreshTokenJustUsed {
    /// For people.
    pub message: String,
}

/// The refresh token was used before, so somebody may have a copy: the session was ended. Sign in again.
#[derive(SimpleObject)]
pub struct RefreshTokenReused {
    /// For people.
    pub message: String,
}

/// How a renewal went.
#[derive(Union)]
#[expect(clippy::large_enum_variant, reason = "one is made per answer and consumed at once")]
pub enum RefreshPayload {
    /// Renewed.
    Success(RefreshSuccess),
    /// Not usable.
    Invalid(InvalidRefreshToken),
    /// Another tab was faster.
    JustUsed(RefreshTokenJustUsed),
    /// Used twice.
    Reused(RefreshTokenReused),
}

/// Signed out.
#[derive(SimpleObject)]
pub struct LogoutPayload {
    /// How many sessions were ended.
    pub ended_sessions: i32,
}

/// A session was ended.
#[derive(SimpleObject)]
pub struct SessionRevoked {
    /// The session's id.
    pub session_id: ID,
}

/// There is no such open session.
#[derive(SimpleObject)]
pub struct SessionNotFound {
    /// For people.
    pub message: String,
}

/// How the end of a session went.
#[derive(Union)]
pub enum RevokeSessionPayload {
    /// Ended.
    Revoked(SessionRevoked),
    /// Not there.
    NotFound(SessionNotFound),
}
