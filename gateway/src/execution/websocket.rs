//! Subscriptions to subgraphs over graphql-transport-ws: one connection each, as its handshake says who asks. The connection is
//! opened by the pool's client, so that replicas, TLS and timeouts are those of every request; frames are tungstenite's.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use futures::stream::{self, BoxStream};
use futures::{SinkExt, StreamExt};
use http::header::{self, HeaderMap};
use http::{Response, StatusCode};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio_tungstenite::WebSocketStream;
pub(super) use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::http_exchange::{AnswerBody, events, too_large, unreachable};
use super::transport::TransportError;

/// The subprotocol.
pub(super) const PROTOCOL: &str = "graphql-transport-ws";
/// How long a subgraph may say nothing until it is asked whether it is there.
const QUIET: Duration = Duration::from_secs(15);
/// Such questions that it may leave unanswered.
const UNANSWERED: u8 = 2;
/// The one operation of a connection.
const ID: &str = "1";

/// What a connection is opened for.
#[derive(Clone)]
pub(super) struct Opening {
    /// Of the handshake.
    pub key: String,
    /// `query` and `variables`, as JSON.
    pub body: Bytes,
    /// The headers that go along: subgraphs that look for them there find them in the payload of `connection_init`.
    pub headers: HeaderMap,
}

/// Goes on after the handshake's answer: initialises the connection and subscribes. Whoever refuses answers in one piece.
pub(super) async fn open(
    mut response: Response<AnswerBody>,
    max_bytes: usize,
    opening: Opening,
) -> Result<BoxStream<'static, Result<Bytes, TransportError>>, TransportError> {
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        return events(response, max_bytes).await;
    }
    if !is_accepted(response.headers(), &opening.key) {
        return Err(unreachable("the WebSocket handshake was answered wrongly"));
    }
    let upgraded = hyper::upgrade::on(&mut response).await;
    let upgraded = upgraded.map_err(|error| unreachable(&format!("no WebSocket: {error}")))?;
    let limits = WebSocketConfig::default().max_message_size(Some(max_bytes)).max_frame_size(Some(max_bytes));
    let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Client, Some(limits)).await;
    let mut session = Session { socket, max_bytes, unanswered: 0 };
    session.begin(&opening).await?;
    Ok(stream::unfold(Some(session), |session| async move {
        let mut session = session?;
        match session.hear().await {
            Ok(Heard::Result(result)) => Some((Ok(result), Some(session))),
            Ok(Heard::Refusal(errors)) => Some((Ok(errors), None)),
            Ok(Heard::Complete) => None,
            Ok(Heard::Acknowledgement) => Some((Err(unreachable("a second `connection_ack`")), None)),
            Err(error) => Some((Err(error), None)),
        }
    })
    .boxed())
}

fn is_accepted(headers: &HeaderMap, key: &str) -> bool {
    let says =
        |name, value: &str| headers.get(name).is_some_and(|given| given.as_bytes() == value.as_bytes());
    says(header::SEC_WEBSOCKET_ACCEPT, &derive_accept_key(key.as_bytes()))
        && says(header::SEC_WEBSOCKET_PROTOCOL, PROTOCOL)
}

/// One connection.
struct Session {
    socket: WebSocketStream<TokioIo<Upgraded>>,
    max_bytes: usize,
    /// Pings since the subgraph has last said something.
    unanswered: u8,
}

/// A message that matters.
enum Heard {
    Acknowledgement,
    /// An execution result.
    Result(Bytes),
    /// The operation was not executed: a result that has errors only.
    Refusal(Bytes),
    Complete,
}

/// A message as it comes.
#[derive(Deserialize)]
struct Said<'m> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'m, str>,
    #[serde(borrow)]
    id: Option<Cow<'m, str>>,
    #[serde(borrow)]
    payload: Option<&'m RawValue>,
}

impl Session {
    async fn begin(&mut self, opening: &Opening) -> Result<(), TransportError> {
        let text = |(name, value): (&header::HeaderName, &http::HeaderValue)| {
            Some((name.to_string(), serde_json::Value::from(value.to_str().ok()?)))
        };
        let headers: serde_json::Map<_, _> = opening.headers.iter().filter_map(text).collect();
        let init = serde_json::json!({ "type": "connection_init", "payload": headers });
        self.say(init.to_string()).await?;
        let Heard::Acknowledgement = self.hear().await? else {
            return Err(unreachable("no `connection_ack`"));
        };
        let body = String::from_utf8_lossy(&opening.body);
        self.say(format!(r#"{{"type":"subscribe","id":"{ID}","payload":{body}}}"#)).await
    }

    async fn say(&mut self, text: String) -> Result<(), TransportError> {
        self.socket.send(Message::text(text)).await.map_err(|error| self.failure(&error))
    }

    /// The next message that matters; others are answered.
    async fn hear(&mut self) -> Result<Heard, TransportError> {
        loop {
            let Ok(message) = tokio::time::timeout(QUIET, self.socket.next()).await else {
                if self.unanswered == UNANSWERED {
                    return Err(unreachable("nobody answers on the WebSocket"));
                }
                self.unanswered += 1;
                self.say(r#"{"type":"ping"}"#.to_owned()).await?;
                continue;
            };
            self.unanswered = 0;
            let message = message.ok_or_else(|| unreachable("the WebSocket ended without `complete`"))?;
            match message.map_err(|error| self.failure(&error))? {
                Message::Text(text) => {
                    if let Some(heard) = self.understand(text.into()).await? {
                        return Ok(heard);
                    }
                }
                Message::Close(frame) => {
                    return Err(unreachable(&format!("the WebSocket was closed: {frame:?}")));
                }
                _ => {}
            }
        }
    }

    async fn understand(&mut self, text: Bytes) -> Result<Option<Heard>, TransportError> {
        let Said { kind, id, payload } =
            serde_json::from_slice(&text).map_err(|_| unreachable("not a message of the protocol"))?;
        let is_ours = id.as_deref() == Some(ID);
        Ok(match (&*kind, payload) {
            ("connection_ack", _) => Some(Heard::Acknowledgement),
            ("ping", _) => {
                let payload = payload.map(|payload| format!(r#","payload":{payload}"#)).unwrap_or_default();
                self.say(format!(r#"{{"type":"pong"{payload}}}"#)).await?;
                None
            }
            ("pong", _) => None,
            ("next", Some(result)) if is_ours => Some(Heard::Result(text.slice_ref(result.get().as_bytes()))),
            ("error", Some(errors)) if is_ours => {
                Some(Heard::Refusal(format!(r#"{{"errors":{errors}}}"#).into()))
            }
            ("complete", _) if is_ours => Some(Heard::Complete),
            _ => return Err(unreachable("not a message of the protocol")),
        })
    }

    fn failure(&self, error: &Error) -> TransportError {
        match error {
            Error::Capacity(_) => too_large(self.max_bytes),
            error => unreachable(&format!("the WebSocket broke off: {error}")),
        }
    }
}
