//! `/health/live` (the process runs) and `/health/ready` (it can do its work: what it cannot do without is fine).

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

#[derive(Clone)]
struct Named {
    name: String,
    is_needed: bool,
    check: Check,
}

/// The checks of a server. Cheap to clone.
#[derive(Clone)]
pub struct Health {
    checks: Arc<RwLock<Vec<Named>>>,
    stopping: CancellationToken,
}

impl Health {
    pub(crate) fn new(stopping: CancellationToken) -> Self {
        Self { checks: Arc::default(), stopping }
    }

    /// Adds a check of something that the server needs; its name is public, so it names the kind of store, not its place.
    pub fn add<F, Fut, T, E>(&self, name: &str, check: F)
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<T, E>> + Send + 'static,
    {
        self.register(name, true, check);
    }

    /// Adds a check of something without which the server still does part of its work: it is named, and the server is ready.
    pub fn add_optional<F, Fut, T, E>(&self, name: &str, check: F)
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<T, E>> + Send + 'static,
    {
        self.register(name, false, check);
    }

    fn register<F, Fut, T, E>(&self, name: &str, is_needed: bool, check: F)
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<T, E>> + Send + 'static,
    {
        let check: Check = Arc::new(move || {
            let answer = check();
            Box::pin(async move { answer.await.is_ok() })
        });
        let named = Named { name: name.to_owned(), is_needed, check };
        self.checks.write().unwrap_or_else(PoisonError::into_inner).push(named);
    }

    async fn run(&self) -> (bool, Map<String, Value>) {
        let checks = self.checks.read().unwrap_or_else(PoisonError::into_inner).clone();
        let answers = checks.into_iter().map(|named| async move {
            let fine = tokio::time::timeout(CHECK_TIMEOUT, (named.check)()).await.unwrap_or(false);
            (named, fine)
        });
        let answers = join_all(answers).await;
        let all = answers.iter().all(|(named, fine)| *fine || !named.is_needed);
        let word = |fine: bool| Value::from(if fine { "ok" } else { "failing" });
        let named = answers.into_iter().map(|(named, fine)| (named.name, word(fine)));
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
