//! Subscriptions as server-sent events (graphql-sse, one connection per operation): `next` with an execution result, then
//! `complete`. A stream ends with the user's token and with the server.

use std::convert::Infallible;
use std::time::Duration;

use async_graphql::{Response as GraphqlResponse, ServerError};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::StreamExt as _;
use futures::stream::{BoxStream, once};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::error::mask;
use crate::token::TokenError;

const KEEP_ALIVE: Duration = Duration::from_secs(12);
const LOOK_AT_CLOCK: Duration = Duration::from_secs(5);

/// What ends a stream from our side.
pub(crate) struct End {
    pub expires: Option<i64>,
    pub clock: Clock,
    pub stopping: CancellationToken,
}

impl End {
    /// Waits for the reason to end; None when the server stops.
    async fn reached(self) -> Option<TokenError> {
        let expiry = async {
            loop {
                if self.expires.is_some_and(|at| at <= self.clock.now_seconds()) {
                    return TokenError::Expired;
                }
                tokio::time::sleep(LOOK_AT_CLOCK).await;
            }
        };
        tokio::select! {
            () = self.stopping.cancelled() => None,
            error = expiry => Some(error),
        }
    }
}

pub(crate) fn response(mut answers: BoxStream<'static, GraphqlResponse>, end: End) -> Response {
    let events = async_stream::stream! {
        let end = end.reached();
        tokio::pin!(end);
        loop {
            tokio::select! {
                biased;
                reason = &mut end => {
                    if let Some(error) = reason {
                        yield next(refused(error));
                    }
                    break;
                }
                answer = answers.next() => match answer {
                    Some(answer) => yield next(answer),
                    None => break,
                }
            }
        }
    };
    // An EventSource drops events without data.
    let complete = once(async { Event::default().event("complete").data("{}") });
    let events = events.chain(complete).map(Ok::<_, Infallible>);
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response()
}

fn next(mut answer: GraphqlResponse) -> Event {
    answer.errors.iter_mut().for_each(mask);
    let json = serde_json::to_string(&answer)
        .unwrap_or_else(|_| r#"{"errors":[{"message":"internal server error"}]}"#.into());
    Event::default().event("next").data(json)
}

fn refused(error: TokenError) -> GraphqlResponse {
    let mut refusal = ServerError::new(error.to_string(), None);
    refusal.extensions.get_or_insert_default().set("code", error.code());
    GraphqlResponse::from_errors(vec![refusal])
}
