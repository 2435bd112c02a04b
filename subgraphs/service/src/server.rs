//! A server as a value: a router usable without sockets, and what runs beside it; `serve` puts it on a socket.

use std::net::SocketAddr;
use std::time::Duration;

use async_graphql::Executor;
use axum::Router;
use futures::future::BoxFuture;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::http::Identification;
use crate::http::graphql::Endpoint;
use crate::http::health::Health;
use crate::http::routes::routes;
use crate::settings::Settings;
use crate::token::Verifier;

/// A server that is built but not yet listening.
pub struct Server {
    /// Its name: `auth`, `admin`, `document` or `common`.
    pub name: String,
    /// `/graphql`, `/health/*` and the server's own routes.
    pub router: Router,
    /// What runs beside the requests until the server ends.
    pub background: Vec<BoxFuture<'static, ()>>,
    /// The readiness checks; add one for each store.
    pub health: Health,
    /// Where the settings say to listen.
    pub listen: SocketAddr,
    stopping: CancellationToken,
    deadline: Duration,
}

/// Builds a server around a schema. `extra` routes are not behind the check of the caller's credential.
pub fn server<E: Executor>(
    name: &str,
    schema: E,
    settings: &Settings,
    extra: Router,
    mut background: Vec<BoxFuture<'static, ()>>,
) -> anyhow::Result<Server> {
    let verifier = Verifier::new(&settings.token, settings.clock.clone())?;
    let keys = verifier.keys();
    background.push(Box::pin(async move { keys.keep_fresh().await }));
    if settings.callers.is_empty() {
        tracing::warn!(server = name, "no callers are configured: every request will be refused");
    }
    let stopping = CancellationToken::new();
    let health = Health::new(stopping.clone());
    let endpoint = Endpoint {
        schema,
        identification: Identification { callers: settings.callers.clone(), verifier },
        body_limit: settings.body_limit,
        timeout: settings.request_timeout(),
        clock: settings.clock.clone(),
        stopping: stopping.clone(),
    };
    Ok(Server {
        name: name.to_string(),
        router: routes(endpoint, health.clone(), extra),
        background,
        health,
        listen: settings.listen,
        stopping,
        deadline: settings.shutdown_deadline(),
    })
}

/// Serves until `shutdown`: then it is no longer ready, takes no new connections, ends its streams, and lets requests under
/// way finish until the deadline.
pub async fn serve(server: Server, listener: TcpListener, shutdown: CancellationToken) -> anyhow::Result<()> {
    let Server { name, router, background, stopping, deadline, .. } = server;
    let mut tasks = tokio::task::JoinSet::new();
    for task in background {
        tasks.spawn(task);
    }
    tracing::info!(server = name, address = %listener.local_addr()?, "listening");
    let stop = stopping.clone();
    let mut serving = std::pin::pin!(async move {
        axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await
    });
    tokio::select! {
        ended = &mut serving => return Ok(ended?),
        () = shutdown.cancelled() => stopping.cancel(),
    }
    match tokio::time::timeout(deadline, serving).await {
        Ok(ended) => ended?,
        Err(_) => tracing::warn!(server = name, "requests under way were cut off at the deadline"),
    }
    tracing::info!(server = name, "ended");
    Ok(())
}
