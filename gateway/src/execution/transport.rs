//! How a request reaches a subgraph: the one interface behind which sockets (or an in-process schema) are.

use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use http::{HeaderMap, StatusCode};

pub use super::replicas::{ReplicaStanding, ReplicaState};
use crate::supergraph::SubgraphId;

/// What goes along with every request of one client operation.
#[derive(Clone, Debug)]
pub struct RequestContext {
    /// Headers for every subgraph request of this operation (`authorization`, `x-request-id`, …), already filtered.
    pub headers: HeaderMap,
    /// When the whole operation must be answered.
    pub deadline: Instant,
}

/// One GraphQL-over-HTTP request.
#[derive(Clone, Debug)]
pub struct SubgraphRequest {
    /// The body: JSON with `query` and `variables`.
    pub body: Bytes,
    /// Whether it may be sent again when it is not known whether it was carried out: true of queries, not of mutations.
    pub repeatable: bool,
}

/// A subgraph's answer as it came: not yet looked at.
#[derive(Clone, Debug)]
pub struct SubgraphResponse {
    /// The HTTP status (200 for in-process calls).
    pub status: StatusCode,
    /// The body, at most as long as the transport's limit.
    pub body: Bytes,
}

/// Why a subgraph gave no answer. The text is for logs; clients see `code` only.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct TransportError {
    /// A stable code: `SUBGRAPH_UNREACHABLE`, `SUBGRAPH_TIMEOUT`, `SUBGRAPH_RESPONSE_TOO_LARGE`, `SUBGRAPH_HTTP_ERROR`.
    pub code: &'static str,
    /// What happened, for the log.
    pub detail: String,
}

/// Sends GraphQL requests to subgraphs.
#[async_trait]
pub trait SubgraphTransport: Send + Sync + 'static {
    /// Sends one request and returns the answer whole.
    async fn fetch(
        &self,
        subgraph: SubgraphId,
        request: SubgraphRequest,
        context: &RequestContext,
    ) -> Result<SubgraphResponse, TransportError>;

    /// Opens a subscription; each item is one execution result as JSON. The stream ends when the subgraph completes it;
    /// dropping it closes the connection.
    async fn subscribe(
        &self,
        subgraph: SubgraphId,
        body: Bytes,
        context: &RequestContext,
    ) -> Result<BoxStream<'static, Result<Bytes, TransportError>>, TransportError>;

    /// By `SubgraphId`, how the replicas stand; empty where there are no such things.
    fn replicas(&self) -> Vec<Vec<ReplicaStanding>> {
        Vec::new()
    }
}
