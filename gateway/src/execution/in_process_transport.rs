//! Subgraphs in the same process: the same HTTP handlers, without sockets.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use http_body::Body;
use http_body_util::BodyExt;

pub use super::http_exchange::{AnswerBody, Endpoint, SubscriptionRoute};
use super::http_exchange::{Asked, Expected, deadline, events, request, timeout, unreachable, whole};
use super::transport::{
    RequestContext, SubgraphRequest, SubgraphResponse, SubgraphTransport, TransportError,
};
use crate::supergraph::SubgraphId;

/// Answers HTTP requests.
pub type Handler =
    Arc<dyn Fn(http::Request<Bytes>) -> BoxFuture<'static, http::Response<AnswerBody>> + Send + Sync>;

/// A handler made of a function that answers requests, such as a call of an axum router.
pub fn handler<F, A, B>(answer: F) -> Handler
where
    F: Fn(http::Request<Bytes>) -> A + Send + Sync + 'static,
    A: Future<Output = http::Response<B>> + Send + 'static,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    Arc::new(move |request| {
        let answer = answer(request);
        Box::pin(async move { answer.await.map(|body| body.map_err(Into::into).boxed_unsync()) })
    })
}

/// The transport that calls handlers.
pub struct InProcessTransport {
    subgraphs: Vec<(Endpoint, Handler)>,
    max_response_bytes: usize,
}

impl InProcessTransport {
    /// By `SubgraphId`, an endpoint (its first URL matters, by its path only) and what answers there.
    pub fn new(subgraphs: Vec<(Endpoint, Handler)>, max_response_bytes: usize) -> InProcessTransport {
        InProcessTransport { subgraphs, max_response_bytes }
    }

    fn subgraph(&self, subgraph: SubgraphId) -> Result<&(Endpoint, Handler), TransportError> {
        self.subgraphs.get(subgraph.0 as usize).ok_or_else(|| unreachable("no handler is configured"))
    }
}

#[async_trait]
impl SubgraphTransport for InProcessTransport {
    async fn fetch(
        &self,
        subgraph: SubgraphId,
        request: SubgraphRequest,
        context: &RequestContext,
    ) -> Result<SubgraphResponse, TransportError> {
        let (endpoint, handler) = self.subgraph(subgraph)?;
        let request = http_request(endpoint, Asked { request, context, expected: Expected::One });
        let answer = async { whole(handler(request).await, self.max_response_bytes).await };
        tokio::time::timeout_at(deadline(endpoint, context), answer).await.map_err(timeout)?
    }

    async fn subscribe(
        &self,
        subgraph: SubgraphId,
        body: Bytes,
        context: &RequestContext,
    ) -> Result<BoxStream<'static, Result<Bytes, TransportError>>, TransportError> {
        let (endpoint, handler) = self.subgraph(subgraph)?;
        let request = SubgraphRequest { body, repeatable: true };
        let request = http_request(endpoint, Asked { request, context, expected: Expected::Stream });
        let opened = async { events(handler(request).await, self.max_response_bytes).await };
        tokio::time::timeout_at(deadline(endpoint, context), opened).await.map_err(timeout)?
    }
}

fn http_request(endpoint: &Endpoint, asked: Asked<'_>) -> http::Request<Bytes> {
    let url = endpoint.urls.first().cloned().unwrap_or_default();
    request(endpoint, &url, &asked)
}
