//! What every connection shares: settings, the current engine, token keys, and whether the gateway is draining.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use arc_swap::ArcSwapOption;
use futures::StreamExt;
use futures::future::BoxFuture;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::config::Settings;
use crate::engine::{Answer, GraphqlRequest};
use crate::execution::transport::{ReplicaStanding, ReplicaState, RequestContext};

use super::auth::{Tokens, User};
use super::refusal::Refusal;
use super::upstream::Upstream;

/// What answers GraphQL requests: the engine, or a double in tests of the server.
pub trait Answers: Send + Sync + 'static {
    /// Answers one request.
    fn answer(&self, request: GraphqlRequest, context: RequestContext) -> BoxFuture<'_, Answer>;

    /// By subgraph, how its replicas stand; nothing where subgraphs are not reached over sockets.
    fn replicas(&self) -> Vec<(String, Vec<ReplicaStanding>)> {
        Vec::new()
    }
}

/// The place of the current engine; a reload swaps it while requests go on with the one they began with.
#[derive(Clone, Default)]
pub struct EngineSlot(Arc<ArcSwapOption<Box<dyn Answers>>>);

impl EngineSlot {
    /// A slot that already holds an engine.
    pub fn holding(engine: impl Answers) -> EngineSlot {
        let slot = EngineSlot::default();
        slot.set(engine);
        slot
    }

    /// Puts a new engine in; the old one ends with its last request.
    pub fn set(&self, engine: impl Answers) {
        self.0.store(Some(Arc::new(Box::new(engine))));
    }

    /// The current engine.
    pub fn get(&self) -> Option<Arc<Box<dyn Answers>>> {
        self.0.load_full()
    }
}

/// The state of the server.
pub struct Gateway {
    /// The settings.
    pub settings: Settings,
    /// The engine.
    pub engine: EngineSlot,
    /// Verifies tokens, when configured.
    pub tokens: Option<Tokens>,
    /// Requests to other servers that are not GraphQL.
    pub upstream: Upstream,
    /// Ends long answers (subscriptions) at shutdown.
    pub ending: CancellationToken,
    slots: Arc<Semaphore>,
    draining: AtomicBool,
}

impl Gateway {
    /// A gateway that is not yet serving.
    pub fn new(settings: Settings, engine: EngineSlot) -> Arc<Gateway> {
        let upstream = Upstream::new(settings.timeouts.connect);
        Arc::new(Gateway {
            tokens: settings.jwt.clone().map(|jwt| Tokens::new(jwt, upstream.clone())),
            upstream,
            ending: CancellationToken::new(),
            slots: Arc::new(Semaphore::new(settings.limits.requests.min(Semaphore::MAX_PERMITS))),
            draining: AtomicBool::new(false),
            engine,
            settings,
        })
    }

    /// Whether new work should be sent here, and how the replicas of the subgraphs stand. A gateway that can reach no
    /// subgraph at all has nothing to answer with; one that can reach some still answers a part.
    pub fn ready(&self) -> (bool, Vec<(String, Vec<ReplicaStanding>)>) {
        let Some(engine) = self.engine.get() else { return (false, Vec::new()) };
        let subgraphs = engine.replicas();
        let is_up = |replica: &ReplicaStanding| replica.state == ReplicaState::Up;
        let reaches = subgraphs.is_empty() || subgraphs.iter().flat_map(|(_, all)| all).any(is_up);
        (reaches && !self.draining.load(Ordering::Relaxed), subgraphs)
    }

    /// From now on health says "not ready".
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// The user whom an `Authorization` value names; no value is an anonymous caller.
    pub async fn user(&self, authorization: Option<&HeaderValue>) -> Result<Option<User>, Refusal> {
        match (&self.tokens, authorization) {
            (Some(tokens), Some(value)) => tokens.verify(value).await.map(Some),
            (None, _) | (_, None) => Ok(None),
        }
    }

    /// What of the client's headers goes along to subgraphs, and until when the operation has to be answered.
    pub fn context(&self, headers: &HeaderMap) -> RequestContext {
        let mut forwarded = HeaderMap::with_capacity(self.settings.forward_headers.len());
        for name in &self.settings.forward_headers {
            for value in headers.get_all(name) {
                forwarded.append(name.clone(), value.clone());
            }
        }
        RequestContext { headers: forwarded, deadline: Instant::now() + self.settings.timeouts.request }
    }

    /// Lets the engine answer, within the limits of requests at one time and of time.
    pub async fn answer(&self, request: GraphqlRequest, context: RequestContext) -> Result<Answer, Refusal> {
        let Ok(slot) = self.slots.clone().try_acquire_owned() else {
            let message = "too many requests at one time; try again";
            return Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "OVERLOADED", message));
        };
        let Some(engine) = self.engine.get() else {
            let message = "the gateway has no schema yet; try again";
            return Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "NOT_READY", message));
        };
        // The engine ends by itself at the deadline with a partial answer; this is the net under it.
        let limit = self.settings.timeouts.request + std::time::Duration::from_secs(1);
        let answer = tokio::time::timeout(limit, engine.answer(request, context)).await.map_err(|_| {
            Refusal::new(StatusCode::GATEWAY_TIMEOUT, "REQUEST_TIMEOUT", "the request took too long")
        })?;
        Ok(match answer {
            // Running until its last part was taken.
            Answer::Parts(first, rest) => Answer::Parts(
                first,
                rest.inspect(move |_| {
                    let _ = &slot;
                })
                .boxed(),
            ),
            answer => answer,
        })
    }
}

/// The headers' one `Authorization` value; several are refused, for subgraphs could read another one than we do.
pub fn authorization(headers: &HeaderMap) -> Result<Option<&HeaderValue>, Refusal> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    match (values.next(), values.next()) {
        (value, None) => Ok(value),
        (_, Some(_)) => Err(Refusal::bad_request("send `authorization` once")),
    }
}
