//! The media types of answers.

use http::{HeaderValue, StatusCode};

use crate::execution::PartsFormat;

/// The two media types of one JSON answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Json {
    /// `application/json`: every well-formed request is answered with 200.
    Plain,
    /// `application/graphql-response+json`: a request that is not executed is 400.
    GraphqlResponse,
}

impl Json {
    /// The `Content-Type` of the answer.
    pub fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Json::Plain => "application/json; charset=utf-8",
            Json::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        })
    }

    /// The status of an answer.
    pub fn status(self, executed: bool) -> StatusCode {
        match self {
            Json::GraphqlResponse if !executed => StatusCode::BAD_REQUEST,
            Json::GraphqlResponse | Json::Plain => StatusCode::OK,
        }
    }
}

/// The media types of an answer in parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parts {
    /// `multipart/mixed;deferSpec=20220824`.
    Defer20220824,
    /// `multipart/mixed;incrementalSpec=v0.2`.
    Incremental02,
    /// `multipart/mixed` and nothing else: today's format.
    Plain,
}

impl Parts {
    /// By the parameters of a `multipart/mixed` in an `Accept` header; nothing for a use of it that is another one.
    pub fn of<'a>(parameters: impl Iterator<Item = (&'a str, &'a str)>) -> Option<Parts> {
        let mut kind = Parts::Plain;
        for (name, value) in parameters {
            kind = match (name.to_ascii_lowercase().as_str(), value) {
                ("deferspec", "20220824") => Parts::Defer20220824,
                ("incrementalspec", "v0.2") => Parts::Incremental02,
                ("q" | "boundary" | "charset", _) => kind,
                _ => return None,
            };
        }
        Some(kind)
    }

    /// How the parts are written.
    pub fn format(self) -> PartsFormat {
        match self {
            Parts::Defer20220824 => PartsFormat::Defer20220824,
            Parts::Incremental02 | Parts::Plain => PartsFormat::Incremental02,
        }
    }

    /// The `Content-Type` of the answer.
    pub fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Parts::Defer20220824 => "multipart/mixed; boundary=\"-\"; deferSpec=20220824",
            Parts::Incremental02 => "multipart/mixed; boundary=\"-\"; incrementalSpec=v0.2",
            Parts::Plain => "multipart/mixed; boundary=\"-\"",
        })
    }
}
