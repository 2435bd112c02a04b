//! `/health/live` (the process runs) and `/health/ready` (it can do its work: every registered check passes).

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use futures::future::{BoxFuture, join_all};
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

const CHECK_TIMEOUT: Duration = Duration::from_secs(2);

type Check = Arc<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>;

/// The checks of a server. Cheap to clone.
#[derive(Clone)]
pub struct Health {
    checks: Arc<RwLock<Vec<(String, Check)>>>,
    stopping: CancellationToken,
}

impl Health {
    pub(crate) fn new(stopping: CancellationToken) -> Self {
        Self { checks: Arc::default(), stopping }
    }

    /// Adds a check; its name is public, so it names the kind of store, not its place.
    pub fn add<F, Fut, T, E>(&self, name: &str, check: F)
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<T, E>> + Send + 'static,
    {
        let check: Check = Arc::new(move || {
            let answer = check();
            Box::pin(async move { answer.await.is_ok() })
        });
        self.checks.write().unwrap_or_else(PoisonError::into_inner).push((name.to_string(), check));
    }

    async fn run(&self) -> (bool, Map<String, Value>) {
        let checks = self.checks.read().unwrap_or_else(PoisonError::into_inner).clone();
        let answers = checks.into_iter().map(|(name, check)| async move {
            (name, tokio::time::timeout(CHECK_TIMEOUT, check()).await.unwrap_or(false))
        });
        let answers = join_all(answers).await;
        let all = answers.iter().all(|(_, fine)| *fine);
        let named =
            answers.into_iter().map(|(name, fine)| (name, Value::from(if fine { "ok" } else { "failing" })));
        (all && !self.stopping.is_cancelled(), named.collect())
    }
}

pub(crate) async fn live() -> Json<Value> {
    Json(json!({ "status": "live" }))
}

pub(crate) async fn ready(State(health): State<Health>) -> (StatusCode, Json<Value>) {
    let (ready, checks) = health.run().await;
    let (status, word) =
        if ready { (StatusCode::OK, "ready") } else { (StatusCode::SERVICE_UNAVAILABLE, "not ready") };
    (status, Json(json!({ "status": word, "checks": checks })))
}
