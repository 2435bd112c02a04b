//! A request that is refused before the engine sees it: a status, a stable code, a safe sentence.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use super::facts::Facts;
use super::media_type::Json;

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: StatusCode,
    /// The stable `extensions.code`.
    pub code: &'static str,
    /// What the client reads.
    pub message: String,
}

impl Refusal {
    /// A refusal.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal { status, code, message: message.into() }
    }

    /// A request that is not well-formed: 400 `BAD_REQUEST`.
    pub fn bad_request(message: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    }

    /// The gateway's own fault; the text tells nothing.
    pub fn internal() -> Refusal {
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_SERVER_ERROR", "internal server error")
    }

    /// The error as it stands in a GraphQL response's `errors`.
    pub fn error(&self) -> serde_json::Value {
        json!({ "message": self.message, "extensions": { "code": self.code } })
    }

    /// The whole GraphQL response.
    pub fn body(&self) -> String {
        json!({ "errors": [self.error()] }).to_string()
    }

    /// The HTTP response in the media type that the client asked for.
    pub fn respond(self, kind: Json) -> Response {
        let headers = [
            (header::CONTENT_TYPE, kind.content_type()),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        let mut response = (self.status, headers, self.body()).into_response();
        match self.status {
            StatusCode::UNAUTHORIZED => {
                let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
                response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
            }
            StatusCode::METHOD_NOT_ALLOWED => {
                response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, POST"));
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
        response.extensions_mut().insert(Facts { operation: None, errors: 1, code: Some(self.code) });
        response
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.respond(Json::Plain)
    }
}
