//! `/graphql`: POST with JSON, answered with JSON, or as a stream of events when the client accepts only that.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Executor, Request, Response as GraphqlResponse};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts};
use axum::response::{IntoResponse, Response};
use tokio_util::sync::CancellationToken;

use super::identify::Identification;
use super::refusal::Refusal;
use super::request_id::RequestId;
use super::{body, events};
use crate::caller::Caller;
use crate::clock::Clock;
use crate::error::mask;

/// What the handler needs to know.
pub(crate) struct Endpoint<E> {
    pub schema: E,
    pub identification: Identification,
    pub body_limit: usize,
    pub timeout: Duration,
    pub clock: Clock,
    pub stopping: CancellationToken,
}

/// Answers one GraphQL request.
pub(crate) async fn post<E: Executor>(
    State(endpoint): State<Arc<Endpoint<E>>>,
    request: axum::extract::Request,
) -> Response {
    let (parts, body) = request.into_parts();
    match endpoint.accept(&parts, body).await {
        Ok((request, caller)) if wants_events(&parts.headers) => endpoint.stream(request, &caller),
        Ok((request, caller)) => endpoint.answer(request, &caller).await,
        Err(refusal) => refusal.into_response(),
    }
}

/// GET and the rest: nothing is executed, mutations least of all.
pub(crate) async fn wrong_method() -> Response {
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", "send GraphQL requests by POST")
        .into_response()
}

fn wants_events(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.contains("text/event-stream")
}

impl<E: Executor> Endpoint<E> {
    async fn accept(&self, parts: &Parts, body: Body) -> Result<(Request, Caller), Refusal> {
        let caller = self.identification.identify(&parts.headers).await?;
        let mut request = body::read(&parts.headers, body, self.body_limit).await?.data(caller.clone());
        if let Some(id) = parts.extensions.get::<RequestId>() {
            request = request.data(id.clone());
        }
        Ok((request, caller))
    }

    async fn answer(&self, request: Request, caller: &Caller) -> Response {
        let operation = named(&request);
        let Ok(mut answer) = tokio::time::timeout(self.timeout, self.schema.execute(request)).await else {
            tracing::warn!(operation, "took too long");
            return Refusal::new(StatusCode::GATEWAY_TIMEOUT, "TIMEOUT", "this took too long")
                .into_response();
        };
        answer.errors.iter_mut().for_each(mask);
        let user = caller.user.as_ref().map(|user| user.id.as_str()).unwrap_or("anonymous");
        tracing::info!(operation, user, via = %caller.via, errors = answer.errors.len(), "executed");
        json_response(&answer)
    }

    fn stream(&self, request: Request, caller: &Caller) -> Response {
        let answers = self.schema.execute_stream(request, None);
        let expires = caller.user.as_ref().map(|user| user.expires);
        events::response(
            answers,
            events::End { expires, clock: self.clock.clone(), stopping: self.stopping.clone() },
        )
    }
}

/// The operation's name for the log, cut to a sane length.
fn named(request: &Request) -> String {
    request.operation_name.as_deref().unwrap_or("-").chars().filter(|c| !c.is_control()).take(100).collect()
}

fn json_response(answer: &GraphqlResponse) -> Response {
    match serde_json::to_vec(answer) {
        Ok(bytes) => {
            let mut response = Response::new(Body::from(bytes));
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            headers.extend(answer.http_headers.iter().map(|(name, value)| (name.clone(), value.clone())));
            response
        }
        Err(error) => {
            tracing::error!(%error, "an answer could not be written");
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            Refusal::new(status, crate::error::INTERNAL, "internal server error").into_response()
        }
    }
}
