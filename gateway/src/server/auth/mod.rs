//! Who calls: bearer tokens are verified against the key set of the issuer. The gateway passes the token itself on, and
//! subgraphs verify it again.

mod claims;
mod keys;

use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderValue, StatusCode};
use tokio_util::sync::CancellationToken;

use crate::config::JwtSettings;

use self::claims::Token;
use self::keys::Keys;
use super::refusal::Refusal;
use super::upstream::Upstream;

/// The longest token that is looked at.
const LONGEST: usize = 8 << 10;

/// A caller with a valid token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    expires: SystemTime,
}

impl User {
    /// How long the token is still valid.
    pub fn valid_for(&self) -> Duration {
        self.expires.duration_since(SystemTime::now()).unwrap_or_default()
    }
}

/// Verifies tokens.
pub struct Tokens {
    settings: JwtSettings,
    keys: Arc<Keys>,
}

impl Tokens {
    /// A verifier whose key set is not yet fetched.
    pub fn new(settings: JwtSettings, upstream: Upstream) -> Tokens {
        install_crypto();
        Tokens { keys: Arc::new(Keys::new(&settings, upstream)), settings }
    }

    /// Keeps the key set fresh until shutdown.
    pub fn refresh(&self, shutdown: CancellationToken) -> impl Future<Output = ()> + Send + use<> {
        let keys = self.keys.clone();
        async move { keys.refresh(shutdown).await }
    }

    /// The user whom an `Authorization` value names, or a refusal whose code says what is wrong with it.
    pub async fn verify(&self, authorization: &HeaderValue) -> Result<User, Refusal> {
        let text = authorization.to_str().map_err(|_| malformed("it is not text"))?;
        let (scheme, token) = text.split_once(' ').ok_or_else(|| malformed("write `Bearer <token>`"))?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(malformed("only the scheme `Bearer` is accepted"));
        }
        if token.len() > LONGEST {
            return Err(malformed("it is too long"));
        }
        let token = Token::parse(token.trim()).map_err(|reason| malformed(&reason))?;
        let algorithm = token.algorithm(&self.settings.algorithms).ok_or_else(|| {
            refused("TOKEN_SIGNATURE_INVALID", "the token is signed with an algorithm that is not accepted")
        })?;
        let key = self.keys.find(&token.key_id, algorithm).await?;
        if !token.signed_by(&key, algorithm) {
            return Err(refused("TOKEN_SIGNATURE_INVALID", "the token's signature is not valid"));
        }
        self.check(&token)
    }

    /// Checks what a token with a valid signature says.
    fn check(&self, token: &Token) -> Result<User, Refusal> {
        if !self.settings.types.contains(&token.kind) {
            return Err(malformed("it is not an access token"));
        }
        let claims = token.claims().map_err(|reason| malformed(&reason))?;
        if claims.issuer != self.settings.issuer {
            return Err(refused("TOKEN_ISSUER_INVALID", "the token is from an issuer that is not accepted"));
        }
        if !claims.audience.contains(&self.settings.audience) {
            return Err(refused("TOKEN_AUDIENCE_INVALID", "the token is for another audience"));
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let expires = claims.expires + self.settings.leeway;
        if expires <= now {
            return Err(expired());
        }
        if claims.not_before > now + self.settings.leeway {
            return Err(refused("TOKEN_NOT_YET_VALID", "the token is not valid yet"));
        }
        let expires = UNIX_EPOCH.checked_add(expires).ok_or_else(|| malformed("`exp` is out of range"))?;
        Ok(User { expires })
    }
}

/// The refusal of a token whose time is over.
pub fn expired() -> Refusal {
    refused("TOKEN_EXPIRED", "the token has expired")
}

/// Ends when a token does; never, for an anonymous caller.
pub async fn until(valid_for: Option<Duration>) {
    match valid_for {
        Some(time) => tokio::time::sleep(time).await,
        None => std::future::pending().await,
    }
}

fn malformed(reason: &str) -> Refusal {
    refused("TOKEN_MALFORMED", &format!("the token is malformed: {reason}"))
}

fn refused(code: &'static str, message: &str) -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, code, message)
}

/// Chooses the cryptography of `jsonwebtoken` for the process: with another crate's feature choice mixed in it would panic
/// at first use instead.
pub fn install_crypto() {
    static ONCE: OnceLock<()> = OnceLock::new();
    // Somebody else (a test, the auth server in one process) may have been first; then it is the same provider.
    ONCE.get_or_init(|| jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default().unwrap_or_default());
}
