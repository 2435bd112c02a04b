//! `PUT` and `PATCH /files/u/{id}`, `GET /files/d/{id}`: only for servers that are known, and only with a signed link; no user token is
//! needed.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use serde::Deserialize;
use service::Secret;

use super::links::Signer;
use super::refusal::Refusal;
use super::{download, tus, upload};
use crate::store::Store;

/// What the routes need.
#[derive(Clone)]
pub struct FileRoutes {
    /// Rows and contents.
    pub store: Store,
    /// Checks the links.
    pub signer: Signer,
    /// The servers that may call, each with its secret.
    pub callers: Arc<BTreeMap<String, Secret>>,
}

/// The query of a signed link.
#[derive(Deserialize)]
pub struct Signed {
    /// Until when, in seconds since 1970.
    pub exp: i64,
    /// The signature.
    pub sig: String,
}

/// The routes.
pub fn routes(state: FileRoutes) -> Router {
    Router::new()
        .route("/files/u/{id}", put(upload::put).patch(tus::patch).head(tus::head).options(tus::options))
        .route("/files/d/{id}", get(download::get))
        .layer(from_fn_with_state(Arc::clone(&state.callers), known_callers))
        .with_state(state)
}

async fn known_callers(
    State(callers): State<Arc<BTreeMap<String, Secret>>>,
    request: Request,
    next: Next,
) -> Response {
    match is_known(&callers, request.headers()) {
        true => next.run(request).await,
        false => Refusal::CALLER.into_response(),
    }
}

fn is_known(callers: &BTreeMap<String, Secret>, headers: &HeaderMap) -> bool {
    let only = |name: &str| {
        let mut values = headers.get_all(name).iter();
        values.next().filter(|_| values.next().is_none())
    };
    let (Some(name), Some(given)) = (only("x-knlab-caller"), only("x-knlab-credential")) else {
        return false;
    };
    let secret = name.to_str().ok().and_then(|name| callers.get(name));
    secret.is_some_and(|secret| secret.matches(given.as_bytes()))
}
