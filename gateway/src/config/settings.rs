//! What can be set, and what it is when it is not.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use http::{HeaderName, HeaderValue};

use crate::execution::http_transport::SubscriptionRoute;
use crate::operation;

/// Everything that the gateway can be told. `gateway/gateway.example.yaml` explains each key.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where clients connect.
    pub listen: SocketAddr,
    /// Where health is answered; on `listen` when not set.
    pub admin_listen: Option<SocketAddr>,
    /// The supergraph file.
    pub supergraph: Option<PathBuf>,
    /// Whether GraphiQL is served.
    pub graphiql: bool,
    /// What differs from the supergraph file for single subgraphs.
    pub subgraphs: BTreeMap<String, SubgraphSettings>,
    /// How tokens are verified; without it tokens are only passed on.
    pub jwt: Option<JwtSettings>,
    /// Upper bounds.
    pub limits: Limits,
    /// Durations.
    pub timeouts: Timeouts,
    /// Web pages of other origins that may call.
    pub cors: CorsSettings,
    /// Headers of the client that go along to subgraphs.
    pub forward_headers: Vec<HeaderName>,
    /// Labels of progressive overrides that are on; `percent(n)` is on for that share of requests by itself.
    pub override_labels: Vec<String>,
    /// Paths that are passed on as they are, longest prefix first.
    pub pass_through: Vec<PassThrough>,
    /// Logs.
    pub log: LogSettings,
}

/// One subgraph.
#[derive(Clone, Debug, Default)]
pub struct SubgraphSettings {
    /// Replaces the URL of the supergraph file; several are replicas.
    pub urls: Vec<String>,
    /// Sent with every request, e.g. the gateway's own credential.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Replaces `timeouts.subgraph`.
    pub timeout: Option<Duration>,
    /// How subscriptions are reached.
    pub subscriptions: SubscriptionRoute,
    /// Whether each subscription has a stream of its own, also where it equals another.
    pub unshared_subscriptions: bool,
}

/// How tokens are verified.
#[derive(Clone, Debug)]
pub struct JwtSettings {
    /// Where the key set is; several are replicas.
    pub jwks_urls: Vec<String>,
    /// The only accepted `iss`.
    pub issuer: String,
    /// The only accepted `aud`.
    pub audience: String,
    /// The accepted algorithms.
    pub algorithms: Vec<SigningAlgorithm>,
    /// The accepted values of the header's `typ`, in lower case.
    pub types: Vec<String>,
    /// How much clocks may differ.
    pub leeway: Duration,
    /// How often the key set is fetched.
    pub refresh: Duration,
}

/// A signature algorithm with asymmetric keys; there is no other on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SigningAlgorithm {
    /// Ed25519.
    EdDsa,
    /// RSA PKCS#1 v1.5 with SHA-256.
    Rs256,
    /// ECDSA P-256 with SHA-256.
    Es256,
}

/// Upper bounds; what is beyond them is refused.
#[derive(Clone, Debug)]
pub struct Limits {
    /// A request's body.
    pub body: usize,
    /// All headers of a request.
    pub headers: usize,
    /// An operation's shape.
    pub operation: operation::Limits,
    /// One subgraph's answer.
    pub subgraph_response: usize,
    /// The client's answer.
    pub response: usize,
    /// Bytes of cached plans.
    pub plan_cache: usize,
    /// Connections at one time.
    pub connections: usize,
    /// Requests being answered at one time.
    pub requests: usize,
    /// Operations at one time on one WebSocket.
    pub websocket_operations: usize,
}

/// Durations.
#[derive(Clone, Debug)]
pub struct Timeouts {
    /// A whole operation.
    pub request: Duration,
    /// One request to a subgraph.
    pub subgraph: Duration,
    /// Connecting to a subgraph.
    pub connect: Duration,
    /// Until a client has sent its headers; also how long an idle connection is kept.
    pub headers: Duration,
    /// Until a client has sent its body.
    pub body: Duration,
    /// Until a client has taken some more of its answer.
    pub write: Duration,
    /// Until a WebSocket client has sent `connection_init`.
    pub websocket_init: Duration,
    /// Between keep-alive messages of a subscription.
    pub keep_alive: Duration,
    /// How long running requests may take to end at shutdown.
    pub shutdown: Duration,
    /// How long health says "not ready" before the listener closes at shutdown.
    pub drain: Duration,
    /// How long a passed-on request or its answer may stand still.
    pub pass_through: Duration,
}

/// Web pages of other origins.
#[derive(Clone, Debug, Default)]
pub struct CorsSettings {
    /// Origins that may call; none by default.
    pub origins: Vec<HeaderValue>,
    /// How long a browser may keep the permission.
    pub max_age: Option<Duration>,
}

/// A path that is passed on as it is.
#[derive(Clone, Debug)]
pub struct PassThrough {
    /// The path's beginning, e.g. `/files/`; a path that does not end in `/` is meant exactly.
    pub path: String,
    /// What the path is appended to; several are replicas.
    pub urls: Vec<String>,
    /// Sent along; a client's header of the same name is dropped.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The largest body; by default the server behind says what is too much.
    pub max_body: Option<usize>,
}

/// Logs.
#[derive(Clone, Debug)]
pub struct LogSettings {
    /// Text or JSON.
    pub format: LogFormat,
    /// What is logged, e.g. `info` or `gateway=debug,info`.
    pub filter: String,
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines: one JSON object a line.
    Json,
}

/// A value that never appears in a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub(super) String);

impl Secret {
    /// The value itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            listen: SocketAddr::from(([127, 0, 0, 1], 4000)),
            admin_listen: None,
            supergraph: None,
            graphiql: true,
            subgraphs: BTreeMap::new(),
            jwt: None,
            limits: Limits::default(),
            timeouts: Timeouts::default(),
            cors: CorsSettings::default(),
            forward_headers: ["authorization", "x-request-id", "traceparent", "tracestate"]
                .map(HeaderName::from_static)
                .to_vec(),
            override_labels: Vec::new(),
            pass_through: Vec::new(),
            log: LogSettings { format: LogFormat::Text, filter: "info".to_owned() },
        }
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            body: 2 << 20,
            headers: 64 << 10,
            operation: operation::Limits::default(),
            subgraph_response: 32 << 20,
            response: 64 << 20,
            plan_cache: 64 << 20,
            connections: 10_000,
            requests: 1_000,
            websocket_operations: 50,
        }
    }
}

impl Default for Timeouts {
    fn default() -> Timeouts {
        Timeouts {
            request: Duration::from_secs(30),
            subgraph: Duration::from_secs(20),
            connect: Duration::from_secs(2),
            headers: Duration::from_secs(10),
            body: Duration::from_secs(10),
            write: Duration::from_secs(30),
            websocket_init: Duration::from_secs(10),
            keep_alive: Duration::from_secs(12),
            shutdown: Duration::from_secs(30),
            drain: Duration::from_millis(100),
            pass_through: Duration::from_secs(60),
        }
    }
}
