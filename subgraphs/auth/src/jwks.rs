//! `/.well-known/jwks.json`: the public keys, for everyone who checks tokens.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};

use crate::signing::KeyRing;

/// The route of the key set. It is public: there is nothing secret in it.
pub fn routes(ring: Arc<KeyRing>) -> Router {
    Router::new().route("/.well-known/jwks.json", get(key_set)).with_state(ring)
}

async fn key_set(State(ring): State<Arc<KeyRing>>) -> Response {
    match ring.public().await {
        Ok(keys) => ([(header::CACHE_CONTROL, "public, max-age=300")], Json(keys.as_ref())).into_response(),
        Err(error) => {
            tracing::error!(error = %format!("{error:#}"), "the key set cannot be answered");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
