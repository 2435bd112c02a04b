//! All routes of a server, with what lies around every request.

use std::sync::Arc;

use async_graphql::Executor;
use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;

use super::graphql::{self, Endpoint};
use super::health::{self, Health};
use super::refusal::Refusal;
use super::request_id::with_request_id;

/// `/graphql`, `/health/*` and the server's own routes, which check their callers themselves.
pub(crate) fn routes<E: Executor>(endpoint: Endpoint<E>, health: Health, extra: Router) -> Router {
    Router::new()
        .route("/graphql", post(graphql::post::<E>).fallback(graphql::wrong_method))
        .with_state(Arc::new(endpoint))
        .merge(Router::new().route("/health/ready", get(health::ready)).with_state(health))
        .route("/health/live", get(health::live))
        .merge(extra)
        .fallback(nothing_here)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(with_request_id))
}

async fn nothing_here() -> Response {
    Refusal::new(StatusCode::NOT_FOUND, "NOT_FOUND", "there is nothing here").into_response()
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    tracing::error!("a request panicked");
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    Refusal::new(status, crate::error::INTERNAL, "internal server error").into_response()
}
