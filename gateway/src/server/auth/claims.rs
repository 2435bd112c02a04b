//! A token's three parts, read strictly: a claim of the wrong type or one that stands twice makes it malformed, instead of
//! being skipped.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::{Map, Value};

use crate::config::SigningAlgorithm;

use super::super::parameters::strict_json;

/// A token whose header is read and whose signature is not yet verified.
pub(super) struct Token<'a> {
    /// `kid`.
    pub key_id: String,
    /// `typ` in lower case, without `application/`.
    pub kind: String,
    algorithm: String,
    signed: &'a str,
    payload: &'a str,
    signature: &'a str,
}

/// What the gateway needs to know of a token.
pub(super) struct Claims {
    pub issuer: String,
    pub audience: Vec<String>,
    /// Since the epoch.
    pub expires: Duration,
    /// Since the epoch.
    pub not_before: Duration,
}

impl<'a> Token<'a> {
    /// Splits a token and reads its header.
    pub fn parse(text: &'a str) -> Result<Token<'a>, String> {
        let parts: Vec<&str> = text.split('.').collect();
        let [header, payload, signature] = parts[..] else {
            return Err("it does not have three parts".to_owned());
        };
        let fields = object(header, "header")?;
        if fields.contains_key("crit") {
            return Err("its header has `crit`, which is not understood".to_owned());
        }
        let field = |name: &str| match fields.get(name) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(_) => Err(format!("`{name}` is not a string")),
            None => Ok(String::new()),
        };
        let kind = field("typ")?.to_ascii_lowercase();
        Ok(Token {
            key_id: field("kid")?,
            kind: kind.strip_prefix("application/").map_or(kind.clone(), str::to_owned),
            algorithm: field("alg")?,
            signed: &text[..header.len() + 1 + payload.len()],
            payload,
            signature,
        })
    }

    /// The token's algorithm, if it is an accepted one.
    pub fn algorithm(&self, accepted: &[SigningAlgorithm]) -> Option<SigningAlgorithm> {
        accepted.iter().copied().find(|algorithm| name(*algorithm) == self.algorithm)
    }

    /// Whether the key made the signature.
    pub fn signed_by(&self, key: &DecodingKey, algorithm: SigningAlgorithm) -> bool {
        let valid =
            jsonwebtoken::crypto::verify(self.signature, self.signed.as_bytes(), key, library(algorithm));
        valid.unwrap_or(false)
    }

    /// The payload's claims.
    pub fn claims(&self) -> Result<Claims, String> {
        let claims = object(self.payload, "payload")?;
        if claims.get("sub").and_then(Value::as_str).is_none_or(str::is_empty) {
            return Err("`sub` is missing".to_owned());
        }
        Ok(Claims {
            issuer: texts(&claims, "iss")?.into_iter().next().unwrap_or_default(),
            audience: texts(&claims, "aud")?,
            expires: time(&claims, "exp")?.ok_or("`exp` is missing")?,
            not_before: time(&claims, "nbf")?.unwrap_or_default(),
        })
    }
}

/// The name of an algorithm in a token's header.
fn name(algorithm: SigningAlgorithm) -> &'static str {
    match algorithm {
        SigningAlgorithm::EdDsa => "EdDSA",
        SigningAlgorithm::Rs256 => "RS256",
        SigningAlgorithm::Es256 => "ES256",
    }
}

fn library(algorithm: SigningAlgorithm) -> Algorithm {
    match algorithm {
        SigningAlgorithm::EdDsa => Algorithm::EdDSA,
        SigningAlgorithm::Rs256 => Algorithm::RS256,
        SigningAlgorithm::Es256 => Algorithm::ES256,
    }
}

fn object(part: &str, what: &str) -> Result<Map<String, Value>, String> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| format!("its {what} is not base64url"))?;
    let text = String::from_utf8(bytes).map_err(|_| format!("its {what} is not UTF-8"))?;
    match strict_json(&text) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(format!("its {what} is not a JSON object")),
    }
}

/// A claim that is one string or, for `aud`, several.
fn texts(claims: &Map<String, Value>, name: &str) -> Result<Vec<String>, String> {
    let wrong = || format!("`{name}` has the wrong type");
    match claims.get(name) {
        None => Ok(Vec::new()),
        Some(Value::String(text)) => Ok(vec![text.clone()]),
        Some(Value::Array(items)) if name == "aud" => {
            items.iter().map(|item| item.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
        }
        Some(_) => Err(wrong()),
    }
}

/// A claim that is a point in time: seconds since the epoch, possibly with a fraction.
fn time(claims: &Map<String, Value>, name: &str) -> Result<Option<Duration>, String> {
    let wrong = || format!("`{name}` is not a point in time");
    match claims.get(name) {
        None => Ok(None),
        Some(Value::Number(number)) => {
            let seconds = number.as_f64().ok_or_else(wrong)?;
            Duration::try_from_secs_f64(seconds).map(Some).map_err(|_| wrong())
        }
        Some(_) => Err(wrong()),
    }
}
