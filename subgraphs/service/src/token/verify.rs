//! The check of an access token: algorithm and type fixed, signature by a known key, issuer, audience and times.

use std::sync::Arc;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode, decode_header};
use serde::Deserialize;

use super::TokenSettings;
use super::keys::{KeySource, Keys};
use crate::caller::{Role, User};
use crate::clock::Clock;

/// The header `typ` of access tokens (RFC 9068).
const TYPE: &str = "at+jwt";
const LONGEST: usize = 8 * 1024;

/// Why a token was refused; `code()` goes to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not three parts of base64url JSON, too long, or claims of wrong types.
    #[error("the access token is malformed")]
    Malformed,
    /// Signed by an algorithm that is not in use here.
    #[error("the access token's algorithm is not accepted")]
    Algorithm,
    /// Not an access token.
    #[error("this is not an access token")]
    Type,
    /// The key is not (or no longer) one of the auth server's.
    #[error("the access token is signed with an unknown key")]
    UnknownKey,
    /// No key set could be had so far.
    #[error("access tokens cannot be checked at the moment")]
    KeysUnavailable,
    /// The signature is wrong.
    #[error("the access token's signature is wrong")]
    Signature,
    /// Its time is over.
    #[error("the access token has expired")]
    Expired,
    /// Its time has not come.
    #[error("the access token is not valid yet")]
    NotYetValid,
    /// Issued by somebody else.
    #[error("the access token has a foreign issuer")]
    Issuer,
    /// Meant for somebody else.
    #[error("the access token is meant for a different audience")]
    Audience,
    /// A claim is missing.
    #[error("the access token lacks a claim")]
    ClaimMissing,
}

impl TokenError {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Malformed => "TOKEN_MALFORMED",
            Self::Algorithm => "TOKEN_ALGORITHM_NOT_ACCEPTED",
            Self::Type => "TOKEN_WRONG_TYPE",
            Self::UnknownKey => "TOKEN_UNKNOWN_KEY",
            Self::KeysUnavailable => "TOKEN_KEYS_UNAVAILABLE",
            Self::Signature => "TOKEN_SIGNATURE_INVALID",
            Self::Expired => "TOKEN_EXPIRED",
            Self::NotYetValid => "TOKEN_NOT_YET_VALID",
            Self::Issuer => "TOKEN_WRONG_ISSUER",
            Self::Audience => "TOKEN_WRONG_AUDIENCE",
            Self::ClaimMissing => "TOKEN_CLAIM_MISSING",
        }
    }
}

#[derive(Deserialize)]
struct Claims {
    sub: Option<String>,
    exp: Option<i64>,
    iat: Option<i64>,
    nbf: Option<i64>,
    sid: Option<String>,
    #[serde(default)]
    roles: Vec<String>,
}

/// Checks access tokens.
pub struct Verifier {
    keys: Arc<Keys>,
    validation: Validation,
    leeway: i64,
    clock: Clock,
}

impl Verifier {
    /// A verifier by these settings.
    pub fn new(settings: &TokenSettings, clock: Clock) -> anyhow::Result<Self> {
        let source = match &settings.shared {
            Some(shared) => KeySource::Shared(shared.clone()),
            None => KeySource::Url(settings.jwks_url.clone()),
        };
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[&settings.issuer]);
        validation.set_audience(&[&settings.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // Times are checked against our own clock below.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Ok(Self {
            keys: Arc::new(Keys::new(source, clock.clone())?),
            validation,
            leeway: i64::from(settings.leeway_seconds),
            clock,
        })
    }

    /// The keys, to be kept fresh in the background.
    pub fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys)
    }

    /// The user of a token, or why it is refused.
    pub async fn verify(&self, token: &str) -> Result<User, TokenError> {
        if token.len() > LONGEST {
            return Err(TokenError::Malformed);
        }
        let header = decode_header(token).map_err(|error| refused_header(token, error.kind()))?;
        let kid = check_header(&header)?;
        let Some(jwk) = self.keys.find(kid).await else {
            return Err(if self.keys.known() { TokenError::UnknownKey } else { TokenError::KeysUnavailable });
        };
        let key = DecodingKey::from_jwk(&jwk).map_err(|_| TokenError::UnknownKey)?;
        let claims =
            decode::<Claims>(token, &key, &self.validation).map_err(|error| reason(error.kind()))?.claims;
        let (Some(id), Some(expires), Some(issued)) = (claims.sub, claims.exp, claims.iat) else {
            return Err(TokenError::ClaimMissing);
        };
        self.check_times(claims.nbf.unwrap_or(issued).max(issued), expires)?;
        let roles = claims.roles.iter().filter_map(|name| Role::from_name(name)).collect();
        Ok(User { id, roles, session: claims.sid, expires })
    }

    fn check_times(&self, starts: i64, expires: i64) -> Result<(), TokenError> {
        let now = self.clock.now_seconds();
        if expires.saturating_add(self.leeway) <= now {
            return Err(TokenError::Expired);
        }
        if starts.saturating_sub(self.leeway) > now {
            return Err(TokenError::NotYetValid);
        }
        Ok(())
    }
}

fn check_header(header: &Header) -> Result<&str, TokenError> {
    if header.alg != Algorithm::EdDSA {
        return Err(TokenError::Algorithm);
    }
    let typ = header.typ.as_deref().unwrap_or_default();
    if !typ.eq_ignore_ascii_case(TYPE) && !typ.eq_ignore_ascii_case("application/at+jwt") {
        return Err(TokenError::Type);
    }
    header.kid.as_deref().ok_or(TokenError::UnknownKey)
}

/// A header naming an algorithm that the library does not know (`none` above all) does not even parse.
fn refused_header(token: &str, kind: &ErrorKind) -> TokenError {
    use base64::Engine as _;
    let header = token.split('.').next().unwrap_or_default();
    let json = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(header).ok();
    let names_algorithm = json
        .and_then(|json| serde_json::from_slice::<serde_json::Value>(&json).ok())
        .is_some_and(|header| header.get("alg").is_some_and(serde_json::Value::is_string));
    match kind {
        ErrorKind::Json(_) if names_algorithm => TokenError::Algorithm,
        _ => TokenError::Malformed,
    }
}

fn reason(kind: &ErrorKind) -> TokenError {
    match kind {
        ErrorKind::InvalidSignature => TokenError::Signature,
        ErrorKind::InvalidIssuer => TokenError::Issuer,
        ErrorKind::InvalidAudience => TokenError::Audience,
        ErrorKind::MissingRequiredClaim(_) => TokenError::ClaimMissing,
        ErrorKind::InvalidAlgorithm => TokenError::Algorithm,
        _ => TokenError::Malformed,
    }
}
