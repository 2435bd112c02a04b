//! Who asks: the calling server by its credential, then the user by the token that came along.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, StatusCode, header};

use super::refusal::Refusal;
use crate::caller::Caller;
use crate::settings::Secret;
use crate::token::Verifier;

/// Checks callers and tokens.
pub(crate) struct Identification {
    pub callers: BTreeMap<String, Secret>,
    pub verifier: Verifier,
}

impl Identification {
    /// The caller, or why it is refused.
    pub async fn identify(&self, headers: &HeaderMap) -> Result<Caller, Refusal> {
        let via = self.calling_server(headers).ok_or_else(|| {
            let message = "this server answers only servers that it knows";
            Refusal::new(StatusCode::UNAUTHORIZED, "CALLER_NOT_ACCEPTED", message)
        })?;
        let user = match bearer(headers)? {
            Some(token) => Some(self.verifier.verify(token).await?),
            None => None,
        };
        Ok(Caller { user, via })
    }

    fn calling_server(&self, headers: &HeaderMap) -> Option<String> {
        let name = only(headers, "x-knlab-caller")?.to_str().ok()?;
        let given = only(headers, "x-knlab-credential")?.as_bytes();
        let secret = self.callers.get(name)?;
        secret.matches(given).then(|| name.to_string())
    }
}

/// The header if it is there exactly once.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a axum::http::HeaderValue> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() { None } else { first }
}

fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    if !headers.contains_key(header::AUTHORIZATION) {
        return Ok(None);
    }
    let value = only(headers, "authorization").and_then(|value| value.to_str().ok());
    let token = value.and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    let message = "the authorization header must be `Bearer <token>`";
    token.map(Some).ok_or_else(|| Refusal::new(StatusCode::UNAUTHORIZED, "TOKEN_MALFORMED", message))
}
