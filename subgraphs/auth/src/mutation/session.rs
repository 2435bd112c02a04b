//! Sign-in, renewal and sign-out.

use async_graphql::{Context, ID, Object};
use service::{Role, or_null};

use super::session_payloads::{
    AccountDeactivated, InvalidCredentials, InvalidRefreshToken, LoginInput, LoginPayload, LoginSuccess,
    LogoutPayload, RefreshPayload, RefreshSuccess, RefreshTokenJustUsed, RefreshTokenReused,
    RevokeSessionPayload, SessionNotFound, SessionRevoked,
};
use crate::secrets::fingerprint;
use crate::sign_in::{Checked, Tokens, begin_session, check_password, new_refresh_token, tokens};
use crate::state::Auth;
use crate::store::Rotation;
use crate::types::TooManyAttempts;

/// Sign-in, renewal and sign-out.
#[derive(Default)]
pub struct SessionMutation;

#[Object]
impl SessionMutation {
    /// Signs in with address and password.
    async fn login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Address and password.")] input: LoginInput,
    ) -> async_graphql::Result<Option<LoginPayload>> {
        or_null(ctx, async {
            let auth = Auth::of(ctx)?;
            let user = match check_password(auth, &input.email, &input.password).await? {
                Checked::Right(user) => user,
                Checked::Wrong => {
                    let message = "The address or the password is wrong.".into();
                    return Ok(LoginPayload::InvalidCredentials(InvalidCredentials { message }));
                }
                Checked::Blocked(until) => {
                    return Ok(LoginPayload::TooManyAttempts(TooManyAttempts::until(until)));
                }
            };
            if !user.active {
                tracing::info!(target: "audit", user = user.id, "sign-in to a deactivated account refused");
                return Ok(LoginPayload::AccountDeactivated(AccountDeactivated::new()));
            }
            let device =
                input.device.map(|device| device.chars().filter(|c| !c.is_control()).take(100).collect());
            let (session, refresh_token) = begin_session(auth, &user, device).await?;
            auth.store.note_login(&user.id, auth.now()).await?;
            tracing::info!(target: "audit", user = user.id, session = session.id, "signed in");
            let Tokens { access_token, access_token_expires_at, session, user } =
                tokens(auth, session, user).await?;
            Ok(LoginPayload::Success(LoginSuccess {
                access_token,
                access_token_expires_at,
                refresh_token,
                session,
                user,
            }))
        })
        .await
    }

    /// Exchanges a refresh token for new tokens. Each refresh token is good once.
    async fn refresh(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The refresh token got last.")] refresh_token: String,
    ) -> async_graphql::Result<Option<RefreshPayload>> {
        or_null(ctx, async {
            let auth = Auth::of(ctx)?;
            let hash = fingerprint(&refresh_token);
            let (next, next_secret) = new_refresh_token(auth)?;
            let session = match auth.store.rotate(&hash, &next, auth.grace(), auth.now()).await? {
                Rotation::Rotated(session) => session,
                Rotation::Invalid => return Ok(RefreshPayload::Invalid(invalid_refresh_token())),
                Rotation::JustUsed => {
                    let message = "This refresh token was used a moment ago.".into();
                    return Ok(RefreshPayload::JustUsed(RefreshTokenJustUsed { message }));
                }
                Rotation::Reused(session) => {
                    let (user, session) = (session.user_id, session.id);
                    tracing::warn!(target: "audit", user, session, "refresh token reused: session ended");
                    let message = "This refresh token was used before; the session was ended.".into();
                    return Ok(RefreshPayload::Reused(RefreshTokenReused { message }));
                }
            };
            let user = auth.store.user(&session.user_id).await?.filter(|user| user.active);
            let Some(user) = user else { return Ok(RefreshPayload::Invalid(invalid_refresh_token())) };
            let Tokens { access_token, access_token_expires_at, session, user } =
                tokens(auth, session, user).await?;
            let refresh_token = next_secret;
            Ok(RefreshPayload::Success(RefreshSuccess {
                access_token,
                access_token_expires_at,
                refresh_token,
                session,
                user,
            }))
        })
        .await
    }

    /// Signs out: ends the session of the request (or of the refresh token), or all sessions of its user.
    async fn logout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "End all sessions of the user.", default)] everywhere: bool,
        #[graphql(desc = "Names the session if the access token has expired already.")] refresh_token: Option<
            String,
        >,
    ) -> async_graphql::Result<Option<LogoutPayload>> {
        or_null(ctx, async {
            let auth = Auth::of(ctx)?;
            let now = auth.now();
            let (user, session) = match refresh_token {
                Some(token) => match auth.store.session_of_token(&fingerprint(&token), now).await? {
                    Some(session) => (session.user_id, session.id),
                    None => return Ok(LogoutPayload { ended_sessions: 0 }),
                },
                None => auth.live_session(ctx).await.map(|(user, session)| (user.id, session))?,
            };
            let ended = match everywhere {
                true => auth.store.end_sessions(&user, None, "signed out everywhere", now).await?,
                false => auth.store.end_session(&session, "signed out", now).await?,
            };
            tracing::info!(target: "audit", user, session, everywhere, ended, "signed out");
            Ok(LogoutPayload { ended_sessions: i32::try_from(ended).unwrap_or(i32::MAX) })
        })
        .await
    }

    /// Ends one session: one's own, or anybody's for administrators.
    async fn revoke_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session's id.")] id: ID,
    ) -> async_graphql::Result<Option<RevokeSessionPayload>> {
        or_null(ctx, async {
            let auth = Auth::of(ctx)?;
            let user = auth.live_user(ctx).await?;
            let owner = auth.store.session_owner(&id, auth.now()).await?;
            let may = |owner: &String| *owner == user.id || user.roles.contains(&Role::Administrator);
            let Some(owner) = owner.filter(may) else {
                let message = "There is no such open session.".into();
                return Ok(RevokeSessionPayload::NotFound(SessionNotFound { message }));
            };
            auth.store.end_session(&id, "revoked", auth.now()).await?;
            tracing::info!(target: "audit", by = user.id, user = owner, session = id.as_str(), "session revoked");
            Ok(RevokeSessionPayload::Revoked(SessionRevoked { session_id: id }))
        })
        .await
    }
}

fn invalid_refresh_token() -> InvalidRefreshToken {
    InvalidRefreshToken { message: "This refresh token is not valid; sign in again.".into() }
}
