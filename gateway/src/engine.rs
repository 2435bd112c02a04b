//! One request from text to bytes: prepare, plan, execute. The plan cache wraps this one path.

use bytes::Bytes;
use futures::stream::BoxStream;

/// A GraphQL request, transport-neutral.
#[derive(Clone, Debug)]
pub struct GraphqlRequest {
    /// The document.
    pub query: String,
    /// Which operation of the document; needed when there are several.
    pub operation_name: Option<String>,
    /// The variables as the client sent them: a JSON object, or nothing.
    pub variables: serde_json::Map<String, serde_json::Value>,
    /// The client's method allows only queries (HTTP GET): a mutation is refused with `MUTATION_OVER_GET`.
    pub only_queries: bool,
}

/// The engine's answer.
pub enum Answer {
    /// One JSON response, complete.
    Single(Response),
    /// A subscription: each item is one complete JSON response. Dropping the stream ends it upstream.
    Stream(BoxStream<'static, Bytes>),
}

/// One JSON response.
#[derive(Clone, Debug)]
pub struct Response {
    /// The JSON text: `{"data": …}`, `{"errors": …}` or both.
    pub body: Bytes,
    /// Whether execution began. A refused request (syntax, validation, limits) has no `data` and is HTTP 400 for clients
    /// that accept `application/graphql-response+json`.
    pub executed: bool,
    /// How many errors the body lists; for the server's log line.
    pub errors: usize,
}
