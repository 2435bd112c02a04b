//! GraphQL over HTTP between gateway and subgraph: what requests and answers look like, whatever carries them.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use http::header::{self, ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use http::uri::PathAndQuery;
use http::{Method, Request, Response, Uri};
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;

use super::sse::{Event, EventReader, TooLong};
use super::transport::{RequestContext, SubgraphRequest, SubgraphResponse, TransportError};
use super::websocket;

/// A body whose errors are told as text for the log.
pub type AnswerBody = UnsyncBoxBody<Bytes, Box<dyn std::error::Error + Send + Sync>>;

/// How one subgraph is reached.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Where it answers: one URL for each of its replicas.
    pub urls: Vec<Uri>,
    /// Headers for every request, stronger than those of the client operation.
    pub headers: HeaderMap,
    /// How long one request may take.
    pub timeout: Duration,
    /// How its subscriptions are reached.
    pub subscriptions: SubscriptionRoute,
}

/// How the subscriptions of a subgraph are reached.
#[derive(Clone, Debug, Default)]
pub struct SubscriptionRoute {
    /// What carries the events.
    pub protocol: SubscriptionProtocol,
    /// The path, where it is not that of the URLs.
    pub path: Option<PathAndQuery>,
}

/// What carries the events of a subscription.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SubscriptionProtocol {
    /// Server-sent events: graphql-sse's distinct connections.
    #[default]
    Events,
    /// graphql-transport-ws.
    WebSocket,
}

/// What a request asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected<'a> {
    One,
    Stream,
    /// A WebSocket, by a handshake with this key.
    Socket(&'a str),
}

/// A request, and what it is asked for.
pub(super) struct Asked<'a> {
    pub request: SubgraphRequest,
    pub context: &'a RequestContext,
    pub expected: Expected<'a>,
}

/// The code of what was not reached, or broke off.
pub(super) const UNREACHABLE: &str = "SUBGRAPH_UNREACHABLE";

pub(super) fn unreachable(detail: &str) -> TransportError {
    TransportError { code: UNREACHABLE, detail: detail.to_owned() }
}

pub(super) fn request(endpoint: &Endpoint, url: &Uri, asked: &Asked<'_>) -> Request<Bytes> {
    let mut request = Request::new(asked.request.body.clone());
    *request.method_mut() = Method::POST;
    *request.uri_mut() = match asked.expected {
        Expected::One => url.clone(),
        Expected::Stream | Expected::Socket(_) => subscriptions_at(endpoint, url),
    };
    *request.headers_mut() = asked.context.headers.clone();
    let mut accept = |types| {
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static(types));
    };
    match asked.expected {
        Expected::One => accept("application/graphql-response+json, application/json;q=0.9"),
        Expected::Stream => accept("text/event-stream"),
        Expected::Socket(key) => handshake(&mut request, key),
    }
    for (name, value) in &endpoint.headers {
        request.headers_mut().insert(name, value.clone());
    }
    request
}

fn subscriptions_at(endpoint: &Endpoint, url: &Uri) -> Uri {
    let Some(path) = &endpoint.subscriptions.path else { return url.clone() };
    let mut parts = url.clone().into_parts();
    parts.path_and_query = Some(path.clone());
    // Parts of a URL with another path are a URL.
    Uri::from_parts(parts).unwrap_or_else(|_| url.clone())
}

/// RFC 6455, section 4.1.
fn handshake(request: &mut Request<Bytes>, key: &str) {
    *request.method_mut() = Method::GET;
    for (name, value) in [
        (header::CONNECTION, "upgrade"),
        (header::UPGRADE, "websocket"),
        (header::SEC_WEBSOCKET_VERSION, "13"),
        (header::SEC_WEBSOCKET_PROTOCOL, websocket::PROTOCOL),
    ] {
        request.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    // A key is base64.
    if let Ok(key) = HeaderValue::from_str(key) {
        request.headers_mut().insert(header::SEC_WEBSOCKET_KEY, key);
    }
}

/// The smallest query there is: whoever is there answers it, be it with a refusal.
pub(super) fn probe_request(endpoint: &Endpoint, url: &Uri) -> Request<Bytes> {
    let body = Bytes::from_static(b"{\"query\":\"{__typename}\"}");
    let context = RequestContext { headers: HeaderMap::new(), deadline: Instant::now() };
    let request = SubgraphRequest { body, repeatable: true };
    self::request(endpoint, url, &Asked { request, context: &context, expected: Expected::One })
}

/// When a request must have been answered.
pub(super) fn deadline(endpoint: &Endpoint, context: &RequestContext) -> tokio::time::Instant {
    context.deadline.min(Instant::now() + endpoint.timeout).into()
}

pub(super) fn timeout(_: tokio::time::error::Elapsed) -> TransportError {
    TransportError { code: "SUBGRAPH_TIMEOUT", detail: "no answer in time".into() }
}

pub(super) fn too_large(max_bytes: usize) -> TransportError {
    TransportError { code: "SUBGRAPH_RESPONSE_TOO_LARGE", detail: format!("more than {max_bytes} bytes") }
}

fn broken(error: &(dyn std::error::Error + Send + Sync)) -> TransportError {
    unreachable(&format!("the answer broke off: {error}"))
}

/// Reads an answer whole. A single frame is not copied.
pub(super) async fn whole(
    response: Response<AnswerBody>,
    max_bytes: usize,
) -> Result<SubgraphResponse, TransportError> {
    let (parts, mut body) = response.into_parts();
    let mut chunks: Vec<Bytes> = Vec::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| broken(&*error))?;
        let Ok(chunk) = frame.into_data() else { continue };
        length += chunk.len();
        if length > max_bytes {
            return Err(too_large(max_bytes));
        }
        chunks.push(chunk);
    }
    let body = match chunks.pop() {
        None => Bytes::new(),
        Some(only) if chunks.is_empty() => only,
        Some(last) => {
            chunks.push(last);
            chunks.concat().into()
        }
    };
    Ok(SubgraphResponse { status: parts.status, body })
}

/// Reads an answer as a stream of results. A subgraph that refuses answers in one piece: that is the only result.
pub(super) async fn events(
    response: Response<AnswerBody>,
    max_bytes: usize,
) -> Result<BoxStream<'static, Result<Bytes, TransportError>>, TransportError> {
    let content_type =
        response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !content_type.starts_with("text/event-stream") {
        let (status, is_json) = (response.status(), content_type.contains("json"));
        let answer = whole(response, max_bytes).await?;
        return if is_json {
            Ok(stream::once(async move { Ok(answer.body) }).boxed())
        } else {
            Err(TransportError { code: "SUBGRAPH_HTTP_ERROR", detail: format!("{status}, no event stream") })
        };
    }
    let state = Some((response.into_body(), EventReader::new(max_bytes)));
    Ok(stream::unfold(state, move |state| async move {
        let (mut body, mut reader) = state?;
        loop {
            match reader.next() {
                Ok(Some(Event::Next(result))) => return Some((Ok(result), Some((body, reader)))),
                Ok(Some(Event::Complete)) => return None,
                Ok(None) => {}
                Err(TooLong) => return Some((Err(too_large(max_bytes)), None)),
            }
            match body.frame().await {
                None => return Some((Err(incomplete()), None)),
                Some(Err(error)) => return Some((Err(broken(&*error)), None)),
                Some(Ok(frame)) => reader.feed(&frame.into_data().unwrap_or_default()),
            }
        }
    })
    .boxed())
}

fn incomplete() -> TransportError {
    unreachable("the event stream ended without `complete`")
}
