//! One WebSocket: reads messages, runs operations beside each other, writes what they say. One task owns the socket.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use bytes::Bytes;
use futures::StreamExt;
use http::{HeaderMap, HeaderValue, header};
use serde_json::{Map, Value};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use crate::engine::Answer;

use super::super::auth::{self, User};
use super::super::gateway::Gateway;
use super::super::refusal::Refusal;
use super::super::{parameters, request_log};
use super::protocol::{self, ClientMessage, Close};

/// Results that wait for a slow client before their operation has to wait too.
const WAITING: usize = 16;
/// Pings that a client may leave unanswered.
const UNANSWERED_PINGS: u8 = 3;
/// How long one message may take to be written.
const WRITE_TIME: Duration = Duration::from_secs(20);

/// What an operation tells its connection.
struct Said {
    id: String,
    /// Tells operations apart that used the same id one after the other.
    run: u64,
    text: String,
    last: bool,
}

struct Connection {
    gateway: Arc<Gateway>,
    socket: WebSocket,
    headers: HeaderMap,
    user: Option<User>,
    acknowledged: bool,
    operations: HashMap<String, (u64, AbortHandle)>,
    runs: u64,
    say: mpsc::Sender<Said>,
}

/// Serves a WebSocket until either side closes it.
pub(super) async fn run(gateway: Arc<Gateway>, socket: WebSocket, headers: HeaderMap, user: Option<User>) {
    let (say, said) = mpsc::channel(WAITING);
    let operations = HashMap::new();
    let mut connection =
        Connection { gateway, socket, headers, user, acknowledged: false, operations, runs: 0, say };
    let close = connection.serve(said).await;
    for (_, task) in connection.operations.values() {
        task.abort();
    }
    if let Some(Close { code, reason }) = close {
        let frame = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
        // The client may be gone already, which is what closing is for.
        drop(tokio::time::timeout(WRITE_TIME, connection.socket.send(frame)).await);
    }
}

impl Connection {
    /// Runs until somebody closes; the result is what to close with, nothing when the client is gone.
    async fn serve(&mut self, mut said: mpsc::Receiver<Said>) -> Option<Close> {
        let timeouts = self.gateway.settings.timeouts.clone();
        let ending = self.gateway.ending.clone();
        let initialised_by = tokio::time::sleep(timeouts.websocket_init);
        tokio::pin!(initialised_by);
        let mut keep_alive = tokio::time::interval(timeouts.keep_alive);
        keep_alive.reset();
        let expired = auth::until(self.user.as_ref().map(User::valid_for));
        tokio::pin!(expired);
        let mut unanswered = 0;
        loop {
            let outcome = tokio::select! {
                message = self.socket.recv() => match message {
                    Some(Ok(message)) => {
                        unanswered = 0;
                        let before = self.user.clone();
                        let outcome = self.receive(message).await;
                        if self.user != before {
                            expired.set(auth::until(self.user.as_ref().map(User::valid_for)));
                        }
                        outcome
                    }
                    Some(Err(_)) | None => return None,
                },
                Some(said) = said.recv() => self.relay(said).await,
                () = &mut initialised_by, if !self.acknowledged => {
                    Err(Some(Close::new(4408, "Connection initialisation timeout")))
                }
                () = &mut expired => Err(Some(Close::new(4403, "the token has expired"))),
                () = ending.cancelled() => Err(Some(Close::new(1001, "the server is going away"))),
                _ = keep_alive.tick(), if self.acknowledged => {
                    unanswered += 1;
                    // The connection of a client that is gone without a word ends here.
                    if unanswered > UNANSWERED_PINGS { Err(None) } else { self.send(protocol::ping()).await }
                }
            };
            if let Err(close) = outcome {
                return close;
            }
        }
    }

    async fn receive(&mut self, message: Message) -> Result<(), Option<Close>> {
        let text = match message {
            Message::Text(text) => text,
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
            Message::Binary(_) => return Err(Some(Close::invalid("send text messages"))),
            Message::Close(_) => return Err(None),
        };
        match ClientMessage::parse(&text)? {
            ClientMessage::ConnectionInit(parameters) => self.initialise(&parameters).await,
            ClientMessage::Ping(payload) => self.send(protocol::pong(payload.as_ref())).await,
            ClientMessage::Pong => Ok(()),
            ClientMessage::Subscribe { id, payload } => self.subscribe(id, payload).await,
            ClientMessage::Complete(id) => {
                if let Some((_, task)) = self.operations.remove(&id) {
                    task.abort();
                }
                Ok(())
            }
        }
    }

    /// Takes the token from the connection's parameters, where browsers can put it.
    async fn initialise(&mut self, parameters: &Map<String, Value>) -> Result<(), Option<Close>> {
        if self.acknowledged {
            return Err(Some(Close::new(4429, "Too many initialisation requests")));
        }
        let mut given = parameters.iter().filter(|(name, _)| name.eq_ignore_ascii_case("authorization"));
        if let Some((_, value)) = given.next() {
            let value = value.as_str().and_then(|text| HeaderValue::from_str(text).ok());
            let value = value.ok_or_else(|| Close::new(4403, "`authorization` must be a text"))?;
            let user = self.gateway.user(Some(&value)).await;
            self.user =
                user.map_err(|refusal| Close::new(4403, format!("{}: {}", refusal.code, refusal.message)))?;
            self.headers.insert(header::AUTHORIZATION, value);
        }
        self.acknowledged = true;
        self.send(protocol::acknowledge()).await
    }

    async fn subscribe(&mut self, id: String, payload: Value) -> Result<(), Option<Close>> {
        if !self.acknowledged {
            return Err(Some(Close::new(4401, "Unauthorized")));
        }
        if self.operations.contains_key(&id) {
            return Err(Some(Close::new(4409, format!("Subscriber for {id} already exists"))));
        }
        if self.operations.len() >= self.gateway.settings.limits.websocket_operations {
            let status = http::StatusCode::TOO_MANY_REQUESTS;
            let refusal =
                Refusal::new(status, "TOO_MANY_OPERATIONS", "too many operations on this connection");
            return self.send(protocol::error(&id, &refusal)).await;
        }
        self.runs += 1;
        let operation = Operation {
            gateway: self.gateway.clone(),
            headers: self.headers.clone(),
            id: id.clone(),
            run: self.runs,
            say: self.say.clone(),
        };
        let task = tokio::spawn(operation.run(payload));
        self.operations.insert(id, (self.runs, task.abort_handle()));
        Ok(())
    }

    /// Passes on what an operation says, unless the client has ended it meanwhile.
    async fn relay(&mut self, said: Said) -> Result<(), Option<Close>> {
        if self.operations.get(&said.id).is_none_or(|(run, _)| *run != said.run) {
            return Ok(());
        }
        if said.last {
            self.operations.remove(&said.id);
        }
        self.send(said.text).await
    }

    async fn send(&mut self, text: String) -> Result<(), Option<Close>> {
        match tokio::time::timeout(WRITE_TIME, self.socket.send(Message::Text(text.into()))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(None),
        }
    }
}

/// One operation on a connection.
struct Operation {
    gateway: Arc<Gateway>,
    headers: HeaderMap,
    id: String,
    run: u64,
    say: mpsc::Sender<Said>,
}

impl Operation {
    async fn run(self, payload: Value) {
        let started = std::time::Instant::now();
        let (name, errors) = match parameters::from_value(payload) {
            Ok(request) => {
                let name = request.operation_name.clone();
                let answer = self.gateway.answer(request, self.gateway.context(&self.headers)).await;
                (name, self.relay(answer).await)
            }
            Err(refusal) => {
                self.say(protocol::error(&self.id, &refusal), true).await;
                (None, 1)
            }
        };
        let id = self.headers.get(request_log::REQUEST_ID).and_then(|id| id.to_str().ok());
        let milliseconds = started.elapsed().as_millis() as u64;
        let operation = name.as_deref().map(request_log::printable);
        tracing::info!(
            target: "gateway::request",
            request_id = id, method = "WS", operation, errors, duration_ms = milliseconds,
        );
    }

    /// Sends on all that the engine answers; the result is how many errors there were.
    async fn relay(&self, answer: Result<Answer, Refusal>) -> usize {
        match answer {
            Ok(Answer::Single(response)) if response.executed => {
                self.say(protocol::next(&self.id, text(&response.body)), false).await;
                self.say(protocol::complete(&self.id), true).await;
                response.errors
            }
            Ok(Answer::Single(response)) => {
                self.say(protocol::error_of_answer(&self.id, text(&response.body)), true).await;
                response.errors
            }
            Ok(Answer::Stream(mut results)) => {
                while let Some(body) = results.next().await {
                    self.say(protocol::next(&self.id, text(&body)), false).await;
                }
                self.say(protocol::complete(&self.id), true).await;
                0
            }
            // Nobody asks for parts over a WebSocket: its clients have no format for them in common.
            Ok(Answer::Parts(..)) => {
                self.say(protocol::error(&self.id, &Refusal::internal()), true).await;
                1
            }
            Err(refusal) => {
                self.say(protocol::error(&self.id, &refusal), true).await;
                1
            }
        }
    }

    async fn say(&self, text: String, last: bool) {
        let said = Said { id: self.id.clone(), run: self.run, text, last };
        // Fails only when the connection is gone, and then this task is about to be aborted.
        drop(self.say.send(said).await);
    }
}

/// The engine writes JSON, which is UTF-8.
fn text(body: &Bytes) -> &str {
    std::str::from_utf8(body).unwrap_or("null")
}
