//! Whether the gateway lives, whether it should get requests, and how the replicas of its subgraphs stand.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::execution::transport::{ReplicaStanding, ReplicaState};

use super::gateway::Gateway;

/// `/health/live` and `/health/ready` for everybody: one word, for clients need not know where subgraphs are.
pub fn routes() -> Router<Arc<Gateway>> {
    Router::new().route("/health/live", get(async || "live\n")).route("/health/ready", get(ready))
}

/// The same for operators: readiness lists every replica.
pub fn detailed_routes() -> Router<Arc<Gateway>> {
    Router::new().route("/health/live", get(async || "live\n")).route("/health/ready", get(ready_in_detail))
}

async fn ready(State(gateway): State<Arc<Gateway>>) -> (StatusCode, String) {
    let (status, word) = status(gateway.ready().0);
    (status, format!("{word}\n"))
}

async fn ready_in_detail(State(gateway): State<Arc<Gateway>>) -> (StatusCode, Json<Value>) {
    let (ready, subgraphs) = gateway.ready();
    let (status, word) = status(ready);
    let subgraphs: Map<String, Value> = subgraphs
        .iter()
        .map(|(name, replicas)| (name.clone(), replicas.iter().map(shown).collect()))
        .collect();
    (status, Json(json!({ "status": word, "subgraphs": subgraphs })))
}

fn status(ready: bool) -> (StatusCode, &'static str) {
    if ready { (StatusCode::OK, "ready") } else { (StatusCode::SERVICE_UNAVAILABLE, "not ready") }
}

fn shown(replica: &ReplicaStanding) -> Value {
    let state = match replica.state {
        ReplicaState::Up => "up",
        ReplicaState::Refusing => "refusing",
        ReplicaState::Silent => "silent",
        ReplicaState::Failing => "failing",
    };
    json!({ "url": replica.url, "state": state, "in_flight": replica.in_flight })
}
