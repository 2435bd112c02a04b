//! From a supergraph file to an engine, at start and again whenever the file changes: a good one takes over for new
//! requests, a broken one is refused with one log line and the old engine goes on.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::config::Settings;
use crate::engine::{self, Answer, Engine, GraphqlRequest, Labels};
use crate::execution::ExecutionLimits;
use crate::execution::http_transport::{Endpoint, HttpSettings, HttpTransport};
use crate::execution::transport::{ReplicaStanding, RequestContext};
use crate::supergraph::{Subgraph, Supergraph};

use super::gateway::{Answers, EngineSlot};

/// How often the file is looked at. Its time and length are compared, which works on every file system.
const LOOK: Duration = Duration::from_secs(2);

/// Why a supergraph file cannot be served. The text is for operators.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("cannot read the supergraph file {}: {error}\nnext: give an existing file with --supergraph", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// It is not a supergraph.
    #[error("{}: {error}\nnext: compose it again, e.g. with `gateway compose --config supergraph.yaml --out FILE`", .path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Why.
        error: crate::supergraph::SupergraphError,
    },
    /// A subgraph cannot be reached.
    #[error("subgraph `{name}`: {reason}\nnext: set `subgraphs.{name}.url` in the configuration")]
    Endpoint {
        /// The subgraph.
        name: String,
        /// Why.
        reason: String,
    },
    /// The configuration names a subgraph that does not exist.
    #[error(
        "the configuration names a subgraph `{name}`, but the supergraph has: {known}\nnext: correct the name"
    )]
    UnknownSubgraph {
        /// The name.
        name: String,
        /// The names there are.
        known: String,
    },
}

impl Answers for Engine {
    fn answer(&self, request: GraphqlRequest, context: RequestContext) -> BoxFuture<'_, Answer> {
        Engine::answer(self, request, context).boxed()
    }

    fn replicas(&self) -> Vec<(String, Vec<ReplicaStanding>)> {
        Engine::replicas(self)
    }
}

/// Reads a supergraph file into an engine that reaches the subgraphs over HTTP.
pub fn load(path: &Path, settings: &Settings) -> Result<Engine, LoadError> {
    let sdl = std::fs::read_to_string(path)
        .map_err(|error| LoadError::Unreadable { path: path.to_owned(), error })?;
    let supergraph =
        Supergraph::parse(&sdl).map_err(|error| LoadError::Invalid { path: path.to_owned(), error })?;
    let transport = HttpTransport::new(http_settings(&supergraph, settings)?);
    let labels = Labels { on: settings.override_labels.iter().cloned().collect(), ..Labels::default() };
    let unshared = settings.subgraphs.iter().filter(|(_, own)| own.unshared_subscriptions);
    let unshared = unshared.map(|(name, _)| name.clone()).collect();
    let engine = Engine::new(Arc::new(supergraph), Arc::new(transport), limits(settings));
    Ok(engine.with_labels(labels).with_unshared_subscriptions(unshared))
}

/// The engine's part of the configured limits.
pub fn limits(settings: &Settings) -> engine::Limits {
    engine::Limits {
        operation: settings.limits.operation.clone(),
        execution: ExecutionLimits { response_bytes: settings.limits.response, ..ExecutionLimits::default() },
        plan_cache_bytes: settings.limits.plan_cache as u64,
    }
}

/// How the subgraphs are reached: by the supergraph's URLs unless the configuration says otherwise.
pub fn http_settings(supergraph: &Supergraph, settings: &Settings) -> Result<HttpSettings, LoadError> {
    let names = || supergraph.subgraphs().iter().map(|subgraph| subgraph.name.as_str());
    if let Some(name) = settings.subgraphs.keys().find(|name| !names().any(|known| known == *name)) {
        let known = names().collect::<Vec<_>>().join(", ");
        return Err(LoadError::UnknownSubgraph { name: name.clone(), known });
    }
    let endpoints = supergraph.subgraphs().iter().map(|subgraph| endpoint(subgraph, settings));
    Ok(HttpSettings {
        connect_timeout: settings.timeouts.connect,
        max_response_bytes: settings.limits.subgraph_response,
        ..HttpSettings::new(endpoints.collect::<Result<_, _>>()?)
    })
}

fn endpoint(subgraph: &Subgraph, settings: &Settings) -> Result<Endpoint, LoadError> {
    let wrong = |reason: &str| LoadError::Endpoint { name: subgraph.name.clone(), reason: reason.to_owned() };
    let own = settings.subgraphs.get(&subgraph.name);
    let urls = match own.map(|own| own.urls.as_slice()) {
        None | Some([]) => std::slice::from_ref(&subgraph.url),
        Some(urls) => urls,
    };
    let parse = |url: &String| {
        if url.is_empty() {
            return Err(wrong("the supergraph has no URL for it"));
        }
        let url: http::Uri = url.parse().map_err(|_| wrong("its URL cannot be read"))?;
        if !matches!(url.scheme_str(), Some("http" | "https")) {
            return Err(wrong("its URL does not begin with http:// or https://"));
        }
        Ok(url)
    };
    Ok(Endpoint {
        urls: urls.iter().map(parse).collect::<Result<_, _>>()?,
        headers: own.map(|own| own.headers.iter().cloned().collect()).unwrap_or_default(),
        timeout: own.and_then(|own| own.timeout).unwrap_or(settings.timeouts.subgraph),
        subscriptions: own.map(|own| own.subscriptions.clone()).unwrap_or_default(),
    })
}

/// Loads the file again when it changes or when asked to, until shutdown.
pub async fn watch(
    path: PathBuf,
    settings: Settings,
    slot: EngineSlot,
    mut asked: mpsc::Receiver<()>,
    shutdown: CancellationToken,
) {
    let mut seen = state(&path).await;
    loop {
        let must = tokio::select! {
            () = tokio::time::sleep(LOOK) => false,
            Some(()) = asked.recv() => true,
            () = shutdown.cancelled() => return,
        };
        let now = state(&path).await;
        // A file that is not there now is being replaced; it will be back.
        if !must && (now == seen || now.is_none()) {
            continue;
        }
        seen = now;
        let (file, settings) = (path.clone(), settings.clone());
        match tokio::task::spawn_blocking(move || load(&file, &settings)).await {
            Ok(Ok(engine)) => {
                slot.set(engine);
                tracing::info!(file = %path.display(), "the supergraph was loaded again");
            }
            Ok(Err(error)) => {
                let reason = error.to_string();
                let reason = reason.lines().next().unwrap_or_default();
                tracing::error!(reason, "the new supergraph is refused; the old one goes on");
            }
            Err(panic) => tracing::error!(%panic, "loading the new supergraph failed; the old one goes on"),
        }
    }
}

async fn state(path: &Path) -> Option<(SystemTime, u64)> {
    let metadata = tokio::fs::metadata(path).await.ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
