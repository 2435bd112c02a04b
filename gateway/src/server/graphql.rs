//! `/graphql` by POST and GET: from an HTTP request to the engine and back (GraphQL over HTTP).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequestParts, Request, State, WebSocketUpgrade};
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header, request};
use http_body_util::BodyExt;

use crate::engine::{self, Answer};

use super::facts::Facts;
use super::gateway::{Gateway, authorization};
use super::media_type::{Json, Parts};
use super::negotiation::{Accepted, require_json};
use super::refusal::Refusal;
use super::{events, graphiql, multipart, parameters, websocket};

/// Answers every method on `/graphql`.
pub async fn handle(State(gateway): State<Arc<Gateway>>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let accepted = Accepted::of(&parts.headers);
    if parts.headers.contains_key(header::UPGRADE) && parts.method == Method::GET {
        return match WebSocketUpgrade::from_request_parts(&mut parts, &gateway).await {
            Ok(upgrade) => websocket::upgrade(gateway, upgrade, parts.headers).await,
            Err(rejection) => rejection.into_response(),
        };
    }
    if parts.method == Method::GET && accepted.page && gateway.settings.graphiql {
        return graphiql::page(&parts.headers);
    }
    match answer(&gateway, &parts, body, accepted).await {
        Ok(response) => response,
        Err(refusal) => refusal.respond(accepted.json_or_plain()),
    }
}

async fn answer(
    gateway: &Gateway,
    parts: &request::Parts,
    body: Body,
    accepted: Accepted,
) -> Result<Response, Refusal> {
    if accepted.json.is_none() && !accepted.events && accepted.parts.is_none() {
        return Err(Refusal::new(
            StatusCode::NOT_ACCEPTABLE,
            "NOT_ACCEPTABLE",
            "accept application/graphql-response+json, application/json, text/event-stream or multipart/mixed",
        ));
    }
    let mut request = match parts.method {
        Method::POST => {
            require_json(&parts.headers)?;
            parameters::from_body(&read(gateway, &parts.headers, body).await?)?
        }
        Method::GET | Method::HEAD => parameters::from_query_string(&parts.uri)?,
        _ => {
            let message = "send the request with POST or GET";
            return Err(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message));
        }
    };
    request.parts = accepted.parts.map(Parts::format);
    let user = gateway.user(authorization(&parts.headers)?).await?;
    let operation = request.operation_name.clone();
    let only_queries = request.only_queries;
    let answer = gateway.answer(request, gateway.context(&parts.headers)).await?;
    let mut response = match (answer, accepted.json, accepted.parts) {
        (Answer::Single(response), Some(kind), _) => single(response, kind, only_queries),
        (Answer::Single(response), None, Some(kind)) if !accepted.events => {
            multipart::single(&response, kind)
        }
        (Answer::Single(response), None, _) => events::single(response),
        (Answer::Parts(first, rest), _, Some(kind)) => multipart::stream(&first, rest, kind),
        (Answer::Parts(..), _, None) => return Err(Refusal::internal()),
        (Answer::Stream(_), ..) if !accepted.events => {
            let message = "a subscription is answered as text/event-stream, or over a WebSocket: accept it";
            return Err(Refusal::new(StatusCode::NOT_ACCEPTABLE, "SUBSCRIPTION_NEEDS_EVENT_STREAM", message));
        }
        (Answer::Stream(stream), ..) => events::stream(stream, gateway, user.map(|user| user.valid_for())),
    };
    if let Some(facts) = response.extensions_mut().get_mut::<Facts>() {
        facts.operation = operation;
    }
    Ok(response)
}

/// One JSON answer.
fn single(response: engine::Response, kind: Json, only_queries: bool) -> Response {
    let mut status = kind.status(response.executed);
    let mut headers = HeaderMap::new();
    if only_queries
        && !response.executed
        && first_code(&response.body).as_deref() == Some("MUTATION_OVER_GET")
    {
        status = StatusCode::METHOD_NOT_ALLOWED;
        headers.insert(header::ALLOW, HeaderValue::from_static("POST"));
    }
    headers.insert(header::CONTENT_TYPE, kind.content_type());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("accept, authorization"));
    let facts = Facts { operation: None, errors: response.errors, code: None };
    let mut http = (status, headers, response.body).into_response();
    http.extensions_mut().insert(facts);
    http
}

/// The code of a refused request's first error.
fn first_code(body: &[u8]) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    Some(body.pointer("/errors/0/extensions/code")?.as_str()?.to_owned())
}

/// Reads a body within the limits of size and time.
async fn read(gateway: &Gateway, headers: &HeaderMap, body: Body) -> Result<Bytes, Refusal> {
    let limit = gateway.settings.limits.body;
    let declared =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let within = declared.is_none_or(|declared| declared <= limit);
    let mut body = body;
    let collecting = async { if within { collect(&mut body, limit).await } else { Ok(None) } };
    match tokio::time::timeout(gateway.settings.timeouts.body, collecting).await {
        Ok(Ok(Some(bytes))) => Ok(bytes),
        Ok(Ok(None)) => {
            swallow(body);
            let message = format!("the body is larger than {limit} bytes");
            Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", message))
        }
        Ok(Err(_)) => Err(Refusal::bad_request("the body broke off")),
        Err(_) => Err(Refusal::new(
            StatusCode::REQUEST_TIMEOUT,
            "REQUEST_TIMEOUT",
            "the body did not arrive in time",
        )),
    }
}

/// The whole body, or nothing when it is longer than the limit.
async fn collect(body: &mut Body, limit: usize) -> Result<Option<Bytes>, axum::Error> {
    let mut collected = BytesMut::new();
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            if collected.len() + data.len() > limit {
                return Ok(None);
            }
            collected.extend_from_slice(&data);
        }
    }
    Ok(Some(collected.freeze()))
}

/// Reads on for a moment what a refused client still sends: closing a socket with unread bytes resets the connection, and
/// the client would lose the answer that says why.
fn swallow(mut body: Body) {
    const MOST: usize = 64 << 20;
    let reading = async move {
        let mut read = 0;
        while let Some(Ok(frame)) = body.frame().await {
            read += frame.data_ref().map_or(0, Bytes::len);
            if read > MOST {
                return;
            }
        }
    };
    tokio::spawn(tokio::time::timeout(std::time::Duration::from_secs(2), reading));
}
