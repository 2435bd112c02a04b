//! Whether the gateway lives and whether it should get requests.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::StatusCode;

use super::gateway::Gateway;

/// `/health/live` and `/health/ready`.
pub fn routes() -> Router<Arc<Gateway>> {
    Router::new().route("/health/live", get(async || "live\n")).route("/health/ready", get(ready))
}

async fn ready(State(gateway): State<Arc<Gateway>>) -> (StatusCode, &'static str) {
    if gateway.ready() {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
    }
}
