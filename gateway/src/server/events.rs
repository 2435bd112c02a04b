//! Subscriptions as server-sent events (the "distinct connections" mode of graphql-sse): `next` for each result, then
//! `complete`.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::{BufMut, Bytes, BytesMut};
use futures::stream::BoxStream;
use futures::{Stream, StreamExt};
use http::{HeaderValue, StatusCode, header};

use crate::engine;

use super::auth;
use super::facts::Facts;
use super::gateway::Gateway;

const COMPLETE: Bytes = Bytes::from_static(b"event: complete\ndata:\n\n");
const KEEP_ALIVE: Bytes = Bytes::from_static(b":\n\n");

/// One answer as a stream of one event, for a client that accepts nothing else.
pub fn single(response: engine::Response) -> Response {
    let errors = response.errors;
    respond(futures::stream::iter([next(&response.body), COMPLETE]), errors)
}

/// A subscription. It ends with the upstream, when the token's time is over, and at shutdown (without `complete`, so that
/// the client connects again).
pub fn stream(
    results: BoxStream<'static, Bytes>,
    gateway: &Gateway,
    valid_for: Option<Duration>,
) -> Response {
    let ending = gateway.ending.clone();
    let keep_alive = gateway.settings.timeouts.keep_alive;
    let events = async_stream::stream! {
        let mut results = results;
        let expired = auth::until(valid_for);
        tokio::pin!(expired);
        yield KEEP_ALIVE;
        loop {
            tokio::select! {
                result = results.next() => match result {
                    Some(body) => yield next(&body),
                    None => { yield COMPLETE; return; }
                },
                () = &mut expired => {
                    yield next(auth::expired().body().as_bytes());
                    yield COMPLETE;
                    return;
                }
                () = ending.cancelled() => return,
                () = tokio::time::sleep(keep_alive) => yield KEEP_ALIVE,
            }
        }
    };
    respond(events, 0)
}

fn next(body: &[u8]) -> Bytes {
    let mut event = BytesMut::with_capacity(body.len() + 32);
    event.put_slice(b"event: next\n");
    // The engine writes compact JSON, but a line break inside would end the event early.
    for line in body.split(|byte| matches!(byte, b'\n' | b'\r')) {
        event.put_slice(b"data: ");
        event.put_slice(line);
        event.put_u8(b'\n');
    }
    event.put_u8(b'\n');
    event.freeze()
}

fn respond(events: impl Stream<Item = Bytes> + Send + 'static, errors: usize) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::VARY, HeaderValue::from_static("accept, authorization")),
        // Asks proxies of nginx's kind not to collect events.
        (header::HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    let body = Body::from_stream(events.map(Ok::<_, Infallible>));
    let mut response = (StatusCode::OK, headers, body).into_response();
    response.extensions_mut().insert(Facts { operation: None, errors, code: None });
    response
}
