//! How somebody signs in: the check of a password, and what a session begins with.

use service::DateTime;
use service::error::Result;

use crate::argon2id::is_outdated;
use crate::secrets::{REFRESH_TOKEN, fingerprint, random_secret};
use crate::signing::Subject;
use crate::state::Auth;
use crate::store::{NewToken, SessionRow, UserRow, email_key};
use crate::types::{Session, User};

/// How a password was found.
pub enum Checked {
    /// Right; whose it is.
    Right(UserRow),
    /// Wrong, or no such account.
    Wrong,
    /// Not looked at until then.
    Blocked(i64),
}

/// Checks a password. Known and unknown accounts take as long and count failures alike; the turn is taken first, so that
/// parallel attempts cannot outrun the count.
pub async fn check_password(auth: &Auth, email: &str, password: &str) -> Result<Checked> {
    let account = email_key(email);
    if account.len() > 254 {
        return Ok(Checked::Wrong);
    }
    let mut turn = auth.passwords.turn().await?;
    if let Some(until) = auth.store.blocked_until(&account, auth.now()).await? {
        tracing::info!(target: "audit", account, "attempt refused: too many failures");
        return Ok(Checked::Blocked(until));
    }
    let user = auth.store.user_by_email(&account).await?;
    let right = turn.verify(password, user.as_ref().map(|user| user.password_hash.as_str())).await?;
    let Some(user) = user.filter(|_| right) else {
        auth.store.note_failure(&account, auth.now()).await?;
        tracing::info!(target: "audit", account, "wrong address or password");
        return Ok(Checked::Wrong);
    };
    auth.store.forget_failures(&account).await?;
    if is_outdated(&user.password_hash) {
        let hash = turn.hash(password).await?;
        auth.store.set_password(&user.id, &hash, auth.now()).await?;
    }
    Ok(Checked::Right(user))
}

/// What a client gets for a session.
pub struct Tokens {
    /// The access token.
    pub access_token: String,
    /// Its end.
    pub access_token_expires_at: DateTime,
    /// The session.
    pub session: Session,
    /// Whose it is, shown as to its owner: the request itself comes without a token.
    pub user: User,
}

/// Issues an access token for a session.
pub async fn tokens(auth: &Auth, session: SessionRow, user: UserRow) -> Result<Tokens> {
    let subject =
        Subject { id: user.id.clone(), roles: user.roles.clone(), session: Some(session.id.clone()) };
    let issued = auth.signer.issue(&subject, &auth.ids).await?;
    Ok(Tokens {
        access_token: issued.token,
        access_token_expires_at: DateTime(issued.expires_at),
        session: Session { current: Some(session.id.clone()), row: session },
        user: User::own(user),
    })
}

/// Begins a session; also gives its first refresh token.
pub async fn begin_session(
    auth: &Auth,
    user: &UserRow,
    device: Option<String>,
) -> Result<(SessionRow, String)> {
    let now = auth.now();
    let session = SessionRow {
        id: auth.ids.next(),
        user_id: user.id.clone(),
        device,
        created_at: now,
        last_used_at: now,
        expires_at: now + auth.session_lifetime(),
    };
    let (token, secret) = new_refresh_token(auth)?;
    auth.store.begin_session(&session, &token).await?;
    Ok((session, secret))
}

/// A refresh token: its row and the secret.
pub fn new_refresh_token(auth: &Auth) -> Result<(NewToken, String)> {
    let secret = random_secret(REFRESH_TOKEN)?;
    let expires_at = auth.now() + auth.refresh_lifetime();
    Ok((NewToken { id: auth.ids.next(), hash: fingerprint(&secret), expires_at }, secret))
}
