//! The messages of `graphql-transport-ws` and the codes with which it closes.

use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::super::parameters::strict_json;
use super::super::refusal::Refusal;

/// What a client says.
#[derive(Debug, PartialEq)]
pub(super) enum ClientMessage {
    /// Opens the session.
    ConnectionInit(Map<String, Value>),
    /// Asks whether somebody is there.
    Ping(Option<Value>),
    /// Answers to a ping.
    Pong,
    /// Starts an operation.
    Subscribe {
        /// The client's name for it.
        id: String,
        /// The operation.
        payload: Value,
    },
    /// Ends an operation.
    Complete(String),
}

/// Why the server closes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Close {
    pub code: u16,
    pub reason: String,
}

impl Close {
    /// A control frame holds at most 123 bytes of reason.
    pub fn new(code: u16, reason: impl Into<String>) -> Close {
        let mut reason = reason.into();
        while reason.len() > 123 {
            reason.pop();
        }
        Close { code, reason }
    }

    pub fn invalid(reason: &str) -> Close {
        Close::new(4400, reason)
    }
}

impl ClientMessage {
    /// Reads a text message.
    pub fn parse(text: &str) -> Result<ClientMessage, Close> {
        let Ok(Value::Object(mut message)) = strict_json(text) else {
            return Err(Close::invalid("the message is not a JSON object"));
        };
        let payload = message.remove("payload").filter(|payload| !payload.is_null());
        let id = match message.remove("id") {
            Some(Value::String(id)) if !id.is_empty() && id.len() <= 256 => Some(id),
            Some(_) => return Err(Close::invalid("`id` must be a text of 1 to 256 bytes")),
            None => None,
        };
        let needs_id = || Close::invalid("the message needs an `id`");
        match message.remove("type").as_ref().and_then(Value::as_str) {
            Some("connection_init") => match payload {
                None => Ok(ClientMessage::ConnectionInit(Map::new())),
                Some(Value::Object(parameters)) => Ok(ClientMessage::ConnectionInit(parameters)),
                Some(_) => Err(Close::invalid("the payload of `connection_init` must be an object")),
            },
            Some("ping") => Ok(ClientMessage::Ping(payload)),
            Some("pong") => Ok(ClientMessage::Pong),
            Some("subscribe") => match payload {
                Some(payload @ Value::Object(_)) => {
                    Ok(ClientMessage::Subscribe { id: id.ok_or_else(needs_id)?, payload })
                }
                _ => Err(Close::invalid("the payload of `subscribe` must be an object")),
            },
            Some("complete") => Ok(ClientMessage::Complete(id.ok_or_else(needs_id)?)),
            _ => Err(Close::invalid("the message's `type` is not one of the protocol")),
        }
    }
}

pub(super) fn acknowledge() -> String {
    json!({ "type": "connection_ack" }).to_string()
}

pub(super) fn ping() -> String {
    json!({ "type": "ping" }).to_string()
}

pub(super) fn pong(payload: Option<&Value>) -> String {
    match payload {
        Some(payload) => json!({ "type": "pong", "payload": payload }).to_string(),
        None => json!({ "type": "pong" }).to_string(),
    }
}

pub(super) fn complete(id: &str) -> String {
    json!({ "type": "complete", "id": id }).to_string()
}

/// One result; the body is JSON already.
pub(super) fn next(id: &str, body: &str) -> String {
    format!(r#"{{"type":"next","id":{},"payload":{body}}}"#, json!(id))
}

/// The end of an operation that was not executed, from the engine's answer `{"errors": […]}`.
pub(super) fn error_of_answer(id: &str, body: &str) -> String {
    #[derive(serde::Deserialize)]
    struct Refused<'a> {
        #[serde(borrow)]
        errors: &'a RawValue,
    }
    match serde_json::from_str::<Refused>(body) {
        Ok(Refused { errors }) => {
            format!(r#"{{"type":"error","id":{},"payload":{}}}"#, json!(id), errors.get())
        }
        Err(_) => error(id, &Refusal::internal()),
    }
}

/// The end of an operation that the server refused.
pub(super) fn error(id: &str, refusal: &Refusal) -> String {
    json!({ "type": "error", "id": id, "payload": [refusal.error()] }).to_string()
}
