//! Around every request: its id, one log line, the headers that every answer carries, and the net under a panic.

use std::any::Any;
use std::time::Instant;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use tracing::Level;

use super::facts::Facts;
use super::refusal::Refusal;

/// The header of the request's id.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives the request an id, runs it, logs one line, and puts the id and the security headers on the answer.
pub async fn observe(mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = request_id(request.headers());
    request.headers_mut().insert(REQUEST_ID, id.clone());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());

    let mut response = next.run(request).await;

    let facts = response.extensions_mut().remove::<Facts>().unwrap_or_default();
    let milliseconds = (started.elapsed().as_secs_f64() * 1_000_000.0).round() / 1000.0;
    macro_rules! line {
        ($level:expr) => {
            tracing::event!(
                target: "gateway::request",
                $level,
                request_id = id.to_str().unwrap_or_default(),
                method = method.as_str(),
                path = printable(&path),
                operation = facts.operation.as_deref().map(printable),
                status = response.status().as_u16(),
                errors = facts.errors,
                code = facts.code,
                duration_ms = milliseconds,
            )
        };
    }
    // Probes and the editor's files come often and say nothing.
    if path.starts_with("/health/") || path.starts_with("/graphiql/") {
        line!(Level::DEBUG);
    } else {
        line!(Level::INFO);
    }
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, id);
    headers.entry(header::X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
    headers.entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("no-referrer"));
    response
}

/// Turns a handler's panic into an answer that tells nothing; the panic hook has logged it.
pub fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    Refusal::internal().into_response()
}

/// The client's id if it is one that can be logged and passed on as it is, else a new one.
fn request_id(headers: &HeaderMap) -> HeaderValue {
    let plain = |value: &&HeaderValue| {
        let bytes = value.as_bytes();
        (1..=128).contains(&bytes.len())
            && bytes.iter().all(|b| b.is_ascii_alphanumeric() || b"-_.:+/=".contains(b))
    };
    let new = || uuid::Uuid::now_v7().to_string().parse().unwrap_or(HeaderValue::from_static("none"));
    headers.get(REQUEST_ID).filter(plain).cloned().unwrap_or_else(new)
}

/// A client's text as a log may hold it: no control characters, and not long.
pub fn printable(text: &str) -> String {
    text.chars()
        .take(200)
        .flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] })
        .collect()
}
