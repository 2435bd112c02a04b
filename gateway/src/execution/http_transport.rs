//! Subgraphs over HTTP: one pool of connections, nothing followed, nothing repeated, everything bounded.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use http_body_util::{BodyExt, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

pub use super::http_exchange::Endpoint;
use super::http_exchange::{AnswerBody, Expected, deadline, events, request, timeout, whole};
use super::transport::{RequestContext, SubgraphResponse, SubgraphTransport, TransportError};
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

/// The transport that opens sockets.
#[derive(Debug)]
pub struct HttpTransport {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    settings: HttpSettings,
}

impl HttpTransport {
    /// Opens nothing yet.
    pub fn new(settings: HttpSettings) -> HttpTransport {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(settings.connect_timeout));
        connector.enforce_http(false);
        let connector = HttpsConnectorBuilder::new()
            .with_webpki_roots()
            .https_or_http()
            .enable_http1()
            .wrap_connector(connector);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(settings.idle_timeout)
            .pool_max_idle_per_host(settings.idle_connections)
            .build(connector);
        HttpTransport { client, settings }
    }

    fn endpoint(&self, subgraph: SubgraphId) -> Result<&Endpoint, TransportError> {
        let missing =
            || TransportError { code: "SUBGRAPH_UNREACHABLE", detail: "no endpoint is configured".into() };
        self.settings.endpoints.get(subgraph.0 as usize).ok_or_else(missing)
    }

    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<AnswerBody>, TransportError> {
        let answer = self.client.request(request.map(Full::new)).await;
        let answer = answer.map_err(|error| {
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            TransportError { code: "SUBGRAPH_UNREACHABLE", detail: format!("{error}: {cause}") }
        })?;
        Ok(answer.map(|body| body.map_err(Into::into).boxed_unsync()))
    }
}

#[async_trait]
impl SubgraphTransport for HttpTransport {
    async fn fetch(
        &self,
        subgraph: SubgraphId,
        body: Bytes,
        context: &RequestContext,
    ) -> Result<SubgraphResponse, TransportError> {
        let endpoint = self.endpoint(subgraph)?;
        let request = request(endpoint, body, context, Expected::One);
        let answer = async { whole(self.send(request).await?, self.settings.max_response_bytes).await };
        tokio::time::timeout_at(deadline(endpoint, context), answer).await.map_err(timeout)?
    }

    async fn subscribe(
        &self,
        subgraph: SubgraphId,
        body: Bytes,
        context: &RequestContext,
    ) -> Result<BoxStream<'static, Result<Bytes, TransportError>>, TransportError> {
        let endpoint = self.endpoint(subgraph)?;
        let request = request(endpoint, body, context, Expected::Stream);
        let opened = async { events(self.send(request).await?, self.settings.max_response_bytes).await };
        tokio::time::timeout_at(deadline(endpoint, context), opened).await.map_err(timeout)?
    }
}
