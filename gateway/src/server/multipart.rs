//! An answer in parts as `multipart/mixed`. The boundary after a part goes out with it: that is where clients see its end.

use std::convert::Infallible;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::{BufMut, Bytes, BytesMut};
use futures::stream::BoxStream;
use futures::{StreamExt, stream};
use http::{HeaderValue, StatusCode, header};

use crate::engine;

use super::facts::Facts;
use super::media_type::Parts;

const HEAD: &[u8] = b"\r\ncontent-type: application/json; charset=utf-8\r\n\r\n";
const BOUNDARY: &[u8] = b"\r\n---";
const END: &[u8] = b"--\r\n";

/// One answer as the only part, for a client that accepts nothing else.
pub fn single(response: &engine::Response, kind: Parts) -> Response {
    let mut body = response.body.to_vec();
    // An answer is an object; the client waits until it is told that nothing follows.
    if body.pop() == Some(b'}') {
        body.extend_from_slice(b",\"hasNext\":false}");
    }
    let whole = [BOUNDARY, &part(&body)[..], END].concat();
    respond(Body::from(whole), kind, response.errors)
}

/// The first part and those that follow, each sent as it comes.
pub fn stream(first: &engine::Response, rest: BoxStream<'static, Bytes>, kind: Parts) -> Response {
    let opening = Bytes::from([BOUNDARY, &part(&first.body)[..]].concat());
    let rest = rest.map(|body| part(&body)).chain(stream::iter([Bytes::from_static(END)]));
    let pieces = stream::iter([opening]).chain(rest).map(Ok::<_, Infallible>);
    respond(Body::from_stream(pieces), kind, first.errors)
}

/// A part and the boundary that ends it.
fn part(body: &[u8]) -> Bytes {
    let mut piece = BytesMut::with_capacity(HEAD.len() + body.len() + BOUNDARY.len());
    piece.put_slice(HEAD);
    piece.put_slice(body);
    piece.put_slice(BOUNDARY);
    piece.freeze()
}

fn respond(body: Body, kind: Parts, errors: usize) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind.content_type()),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::VARY, HeaderValue::from_static("accept, authorization")),
        // Asks proxies of nginx's kind not to collect parts.
        (header::HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    let mut response = (StatusCode::OK, headers, body).into_response();
    response.extensions_mut().insert(Facts { operation: None, errors, code: None });
    response
}
