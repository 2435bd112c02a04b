//! The media types of answers.

use http::{HeaderValue, StatusCode};

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
