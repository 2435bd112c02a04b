//! Issues access tokens.

use std::sync::Arc;

use jsonwebtoken::{Algorithm, Header, encode};
use serde::Serialize;
use service::error::{Result, internal};
use service::{Clock, Role};

use super::ring::KeyRing;
use crate::ids::Ids;

/// Whom a token is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// A user's id, or `service:<client>`.
    pub id: String,
    /// What it may do.
    pub roles: Vec<Role>,
    /// The session it belongs to.
    pub session: Option<String>,
}

/// An access token and its end.
#[derive(Clone, PartialEq, Eq)]
pub struct Issued {
    /// The token, as the authorization header carries it.
    pub token: String,
    /// When it expires, in microseconds.
    pub expires_at: i64,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<&'a str>,
    roles: Vec<&'static str>,
}

/// Issues access tokens.
pub struct Signer {
    /// The keys.
    pub ring: Arc<KeyRing>,
    /// The claim `iss`.
    pub issuer: String,
    /// The claim `aud`.
    pub audience: String,
    /// How long a token lives.
    pub lifetime_seconds: i64,
    /// The clock.
    pub clock: Clock,
}

impl Signer {
    /// A new access token.
    pub async fn issue(&self, subject: &Subject, ids: &Ids) -> Result<Issued> {
        let active = self.ring.active().await?;
        let now = self.clock.now_seconds();
        let exp = now + self.lifetime_seconds;
        let claims = Claims {
            iss: &self.issuer,
            aud: &self.audience,
            sub: &subject.id,
            iat: now,
            exp,
            jti: ids.next(),
            sid: subject.session.as_deref(),
            roles: subject.roles.iter().map(|role| role.name()).collect(),
        };
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some("at+jwt".into());
        header.kid = Some(active.kid.clone());
        let token = encode(&header, &claims, &active.key).map_err(internal)?;
        Ok(Issued { token, expires_at: exp * 1_000_000 })
    }
}
