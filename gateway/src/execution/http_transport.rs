//! Subgraphs over HTTP: one pool of connections, nothing followed, everything bounded. What was surely not sent goes to
//! another replica; what was cut off is repeated once, if that is harmless.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::course::Course;
use super::http_exchange::{
    AnswerBody, Asked, Expected, UNREACHABLE, deadline, events, probe_request, request, timeout, unreachable,
    whole,
};
pub use super::http_exchange::{Endpoint, SubscriptionProtocol, SubscriptionRoute};
use super::http_failure::failure;
use super::replicas::{Outcome, Probe, ReplicaStanding, Replicas};
use super::tls::choose_provider;
use super::transport::{
    RequestContext, SubgraphRequest, SubgraphResponse, SubgraphTransport, TransportError,
};
use super::websocket::{self, Opening};
use crate::supergraph::SubgraphId;

/// How subgraphs are reached over HTTP.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// By `SubgraphId`.
    pub endpoints: Vec<Endpoint>,
    /// How long a connection may take to open.
    pub connect_timeout: Duration,
    /// How long an unused connection is kept.
    pub idle_timeout: Duration,
    /// How many unused connections are kept per host.
    pub idle_connections: usize,
    /// The longest answer, and the longest event of a subscription.
    pub max_response_bytes: usize,
}

impl HttpSettings {
    /// The usual settings for these endpoints.
    pub fn new(endpoints: Vec<Endpoint>) -> HttpSettings {
        HttpSettings {
            endpoints,
            connect_timeout: Duration::from_secs(2),
            idle_timeout: Duration::from_secs(60),
            idle_connections: 100,
            max_response_bytes: 16 << 20,
        }
    }
}

type Client = legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// The transport that opens sockets.
#[derive(Debug)]
pub struct HttpTransport {
    client: Client,
    /// By `SubgraphId`.
    subgraphs: Vec<Subgraph>,
    max_response_bytes: usize,
}

#[derive(Debug)]
struct Subgraph {
    endpoint: Endpoint,
    replicas: Replicas,
}

impl HttpTransport {
    /// Opens nothing yet.
    pub fn new(settings: HttpSettings) -> HttpTransport {
        let client = client(&settings);
        let subgraph = |endpoint: Endpoint| Subgraph {
            replicas: Replicas::new(endpoint.urls.clone(), probe(client.clone(), endpoint.clone())),
            endpoint,
        };
        let subgraphs = settings.endpoints.into_iter().map(subgraph).collect();
        HttpTransport { client, subgraphs, max_response_bytes: settings.max_response_bytes }
    }

    /// Asks one replica after another until one has answered.
    async fn ask<T, F>(
        &self,
        subgraph: SubgraphId,
        asked: &Asked<'_>,
        read: impl Fn(Response<AnswerBody>, usize) -> F,
    ) -> Result<T, TransportError>
    where
        F: Future<Output = Result<T, TransportError>>,
    {
        let Subgraph { endpoint, replicas } = self.subgraph(subgraph)?;
        let until = deadline(endpoint, asked.context);
        let (mut course, mut attempt) = Course::begin(replicas, endpoint.timeout, asked.request.repeatable)
            .ok_or_else(|| unreachable("every replica is out"))?;
        loop {
            let request = request(endpoint, attempt.url(), asked);
            let answer = tokio::time::timeout_at(until, self.exchange(request, &read)).await;
            match answer.unwrap_or_else(|late| Err((Outcome::Late, timeout(late)))) {
                // With nobody else to ask, a failure is the answer.
                Ok((outcome, answer)) => match course.after(attempt, outcome) {
                    Some(next) => attempt = next,
                    None => return Ok(answer),
                },
                Err((outcome, error)) => attempt = course.after(attempt, outcome).ok_or(error)?,
            }
        }
    }

    /// One request to one replica.
    async fn exchange<T, F>(
        &self,
        request: Request<Bytes>,
        read: impl Fn(Response<AnswerBody>, usize) -> F,
    ) -> Result<(Outcome, T), (Outcome, TransportError)>
    where
        F: Future<Output = Result<T, TransportError>>,
    {
        let answer = self.client.request(request.map(Full::new)).await.map_err(|error| {
            let (outcome, detail) = failure(&error);
            (outcome, unreachable(&detail))
        })?;
        let said = if answer.status().is_server_error() { Outcome::Failed } else { Outcome::Answered };
        let answer = answer.map(|body| body.map_err(Into::into).boxed_unsync());
        match read(answer, self.max_response_bytes).await {
            Ok(answer) => Ok((said, answer)),
            Err(error) if error.code == UNREACHABLE => Err((Outcome::Cut, error)),
            Err(error) => Err((said, error)),
        }
    }

    fn subgraph(&self, subgraph: SubgraphId) -> Result<&Subgraph, TransportError> {
        self.subgraphs.get(subgraph.0 as usize).ok_or_else(|| unreachable("no endpoint is configured"))
    }
}

#[async_trait]
impl SubgraphTransport for HttpTransport {
    async fn fetch(
        &self,
        subgraph: SubgraphId,
        request: SubgraphRequest,
        context: &RequestContext,
    ) -> Result<SubgraphResponse, TransportError> {
        self.ask(subgraph, &Asked { request, context, expected: Expected::One }, whole).await
    }

    async fn subscribe(
        &self,
        subgraph: SubgraphId,
        body: Bytes,
        context: &RequestContext,
    ) -> Result<BoxStream<'static, Result<Bytes, TransportError>>, TransportError> {
        let repeatable = true;
        match self.subgraph(subgraph)?.endpoint.subscriptions.protocol {
            SubscriptionProtocol::Events => {
                let request = SubgraphRequest { body, repeatable };
                self.ask(subgraph, &Asked { request, context, expected: Expected::Stream }, events).await
            }
            SubscriptionProtocol::WebSocket => {
                let (key, headers) = (websocket::generate_key(), context.headers.clone());
                let opening = Opening { key: key.clone(), body, headers };
                let request = SubgraphRequest { body: Bytes::new(), repeatable };
                let asked = Asked { request, context, expected: Expected::Socket(&key) };
                let open = |answer, most| websocket::open(answer, most, opening.clone());
                self.ask(subgraph, &asked, open).await
            }
        }
    }

    fn replicas(&self) -> Vec<Vec<ReplicaStanding>> {
        self.subgraphs.iter().map(|subgraph| subgraph.replicas.standing()).collect()
    }
}

fn client(settings: &HttpSettings) -> Client {
    choose_provider();
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(settings.connect_timeout));
    connector.enforce_http(false);
    let connector = HttpsConnectorBuilder::new()
        .with_webpki_roots()
        .https_or_http()
        .enable_http1()
        .wrap_connector(connector);
    legacy::Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(settings.idle_timeout)
        .pool_max_idle_per_host(settings.idle_connections)
        .build(connector)
}

fn probe(client: Client, endpoint: Endpoint) -> Probe {
    Box::new(move |url| {
        let request = probe_request(&endpoint, url).map(Full::new);
        let answer = client.request(request);
        Box::pin(async move { answer.await.is_ok_and(|answer| !answer.status().is_server_error()) })
    })
}
