//! Refusals of the file routes: an HTTP status and the same error body as everywhere.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use stores::StoreError;

use super::links::LinkError;

/// Why a file request is refused.
#[derive(Debug)]
pub struct Refusal(StatusCode, &'static str, &'static str);

impl Refusal {
    /// The caller has no credential of this server.
    pub const CALLER: Self = Self(
        StatusCode::UNAUTHORIZED,
        "CALLER_NOT_ACCEPTED",
        "this server answers only servers that it knows",
    );
    /// There is no such file or upload.
    pub const NOT_FOUND: Self = Self(StatusCode::NOT_FOUND, "NOT_FOUND", "there is no such file");
    /// The upload is a file already.
    pub const COMPLETED: Self = Self(StatusCode::CONFLICT, "UPLOAD_COMPLETED", "this upload is completed");
    /// The content is larger than its ticket allows.
    pub const TOO_LARGE: Self = Self(
        StatusCode::PAYLOAD_TOO_LARGE,
        "UPLOAD_TOO_LARGE",
        "the content is larger than its ticket allows",
    );
    /// The content did not arrive whole.
    pub const INTERRUPTED: Self = Self(
        StatusCode::BAD_REQUEST,
        "UPLOAD_INTERRUPTED",
        "the content did not arrive whole; send it again",
    );
    /// The part begins elsewhere than at the next byte.
    pub const OFFSET: Self = Self(
        StatusCode::CONFLICT,
        "UPLOAD_OFFSET_MISMATCH",
        "the upload goes on at another byte: `Upload-Offset` of this answer",
    );
    /// The part does not say where it begins.
    pub const OFFSET_MISSING: Self =
        Self(StatusCode::BAD_REQUEST, "UPLOAD_OFFSET_MISSING", "a part needs the header `Upload-Offset`");
    /// A header should hold a number.
    pub const NUMBER: Self = Self(
        StatusCode::BAD_REQUEST,
        "UPLOAD_HEADER_INVALID",
        "`Upload-Offset` and `Upload-Length` are whole numbers",
    );
    /// The length is another one than before.
    pub const LENGTH: Self = Self(
        StatusCode::BAD_REQUEST,
        "UPLOAD_LENGTH_MISMATCH",
        "`Upload-Length` is not what it was before, or less than what has arrived",
    );
    /// The part is not sent as the protocol wants it.
    pub const CONTENT_TYPE: Self = Self(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "UPLOAD_CONTENT_TYPE",
        "a part is sent as `application/offset+octet-stream`",
    );
    /// The client speaks another version of the protocol.
    pub const VERSION: Self =
        Self(StatusCode::PRECONDITION_FAILED, "TUS_VERSION", "this server speaks tus 1.0.0");
    /// The upload has too many parts.
    pub const TOO_MANY_PARTS: Self =
        Self(StatusCode::BAD_REQUEST, "UPLOAD_TOO_MANY_PARTS", "send larger parts, in a new upload");
    /// The content took too long.
    pub const TOO_SLOW: Self =
        Self(StatusCode::REQUEST_TIMEOUT, "UPLOAD_TOO_SLOW", "the content took too long; send it again");
}

impl From<LinkError> for Refusal {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Invalid => Self(StatusCode::FORBIDDEN, "LINK_INVALID", "this link is not valid"),
            LinkError::Expired => Self(StatusCode::FORBIDDEN, "LINK_EXPIRED", "this link has expired"),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound(_) | StoreError::InvalidName(_) => Self::NOT_FOUND,
            StoreError::TooLarge { .. } => Self::TOO_LARGE,
            StoreError::Interrupted(_) => Self::INTERRUPTED,
            StoreError::Unavailable { .. } | StoreError::RolledBack { .. } => {
                tracing::warn!(%error, "store unavailable");
                Self(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "STORE_UNAVAILABLE",
                    "temporarily unavailable, try again later",
                )
            }
            StoreError::AlreadyExists { .. } | StoreError::Internal(_) => {
                tracing::error!(%error, "internal error");
                Self(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_SERVER_ERROR", "internal server error")
            }
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self(status, code, message) = self;
        tracing::info!(code, "file request refused");
        let body = Json(json!({ "errors": [{ "message": message, "extensions": { "code": code } }] }));
        (status, [(header::CACHE_CONTROL, "no-store")], body).into_response()
    }
}
