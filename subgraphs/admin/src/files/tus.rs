//! Resumable uploads by the tus protocol 1.0 (<https://tus.io/protocols/resumable-upload>) on the link of a ticket: `HEAD` tells
//! the next byte, `PATCH` sends from there. No state is in memory, so that any replica takes the next part.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::DateTime;

use super::arriving::Ending;
use super::links::Purpose;
use super::parts::{MOST_PARTS, Taken, take};
use super::refusal::Refusal;
use super::routes::{FileRoutes, Signed};
use super::{joining, upload};
use crate::store::uploads::{Upload, UploadState};

/// The version of the protocol.
const VERSION: &str = "1.0.0";

/// The answer to the last part waits so long for the parts to be joined; joining goes on afterwards.
const JOINING: Duration = Duration::from_secs(20);

/// `OPTIONS`: what is spoken here.
pub async fn options() -> Response {
    let headers = [("tus-version", VERSION), ("tus-extension", "creation-defer-length,expiration")];
    spoken((StatusCode::NO_CONTENT, headers).into_response())
}

/// `HEAD`: the next byte, and how many there will be.
pub async fn head(
    State(routes): State<FileRoutes>,
    Path(id): Path<String>,
    Query(signed): Query<Signed>,
    headers: HeaderMap,
) -> Response {
    spoken(match open(&routes, &id, &signed, &headers).await {
        Ok(upload) => described(&upload, StatusCode::OK),
        Err(refusal) => refusal.into_response(),
    })
}

/// `PATCH`: the next bytes. What arrived before a connection broke is kept.
pub async fn patch(
    State(routes): State<FileRoutes>,
    Path(id): Path<String>,
    Query(signed): Query<Signed>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    // Apart from the connection: one that breaks must not stop what keeps the bytes that arrived.
    let taking = tokio::spawn(async move { taken(&routes, &id, &signed, &headers, body).await });
    spoken(match taking.await {
        Ok(Ok(response)) => response,
        Ok(Err(refusal)) => refusal.into_response(),
        Err(error) => Refusal::from(stores::StoreError::Internal(error.to_string())).into_response(),
    })
}

async fn taken(
    routes: &FileRoutes,
    id: &str,
    signed: &Signed,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let mut upload = open(routes, id, signed, headers).await?;
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if content_type != Some("application/offset+octet-stream") {
        return Err(Refusal::CONTENT_TYPE);
    }
    let offset = number(headers, "upload-offset")?.ok_or(Refusal::OFFSET_MISSING)?;
    if offset != upload.offset() {
        return Ok(refused(Refusal::OFFSET, &upload));
    }
    if let Some(total) = number(headers, "upload-length")? {
        declare(routes, &mut upload, total).await?;
    }
    if upload::announced_length(headers).is_some_and(|length| length > upload.bytes_left()) {
        return Err(Refusal::TOO_LARGE);
    }
    if routes.store.parts(id).await?.len() >= MOST_PARTS {
        return Err(Refusal::TOO_MANY_PARTS);
    }
    let outcome = take(&routes.store, &upload, body).await?;
    let upload = routes.store.upload(id).await?.ok_or(Refusal::NOT_FOUND)?;
    match outcome {
        Taken::Ended { ending: Ending::Whole | Ending::Open, .. } => {}
        Taken::Ended { ending: Ending::Broken, .. } => return Ok(refused(Refusal::INTERRUPTED, &upload)),
        Taken::Ended { ending: Ending::Stalled, .. } => return Ok(refused(Refusal::TOO_SLOW, &upload)),
        Taken::TooLarge => return Ok(refused(Refusal::TOO_LARGE, &upload)),
        Taken::Overtaken => return Ok(refused(Refusal::OFFSET, &upload)),
    }
    if upload.has_all_parts() {
        // All bytes are kept; if joining fails, the confirmation of the upload tries it again.
        if let Ok(Err(error)) = tokio::time::timeout(JOINING, joining::join(&routes.store, id)).await {
            tracing::warn!(%error, "the parts of an upload are not joined yet");
        }
    }
    Ok(described(&upload, StatusCode::NO_CONTENT))
}

/// The upload of a link that is valid.
async fn open(
    routes: &FileRoutes,
    id: &str,
    signed: &Signed,
    headers: &HeaderMap,
) -> Result<Upload, Refusal> {
    if headers.get("tus-resumable").is_some_and(|version| version != VERSION) {
        return Err(Refusal::VERSION);
    }
    let store = &routes.store;
    routes.signer.check(Purpose::Upload, id, (signed.exp, &signed.sig), store.clock.now_seconds())?;
    store.upload(id).await?.ok_or(Refusal::NOT_FOUND)
}

/// Notes how many bytes there will be, for an upload whose ticket does not say.
async fn declare(routes: &FileRoutes, upload: &mut Upload, total: i64) -> Result<(), Refusal> {
    if total > upload.max_bytes {
        return Err(Refusal::TOO_LARGE);
    }
    if upload.state == UploadState::Open && !routes.store.declare_length(&upload.id, total).await? {
        return Err(Refusal::LENGTH);
    }
    upload.total_bytes = Some(total);
    Ok(())
}

/// A time (microseconds since 1970) as HTTP headers have it.
fn http_date(time: i64) -> String {
    let time = DateTime::from_timestamp_micros(time).unwrap_or_default();
    time.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn number(headers: &HeaderMap, name: &str) -> Result<Option<i64>, Refusal> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let number = value.to_str().ok().and_then(|text| text.parse().ok()).filter(|number| *number >= 0);
    number.map(Some).ok_or(Refusal::NUMBER)
}

/// Where the upload stands, as headers.
fn described(upload: &Upload, status: StatusCode) -> Response {
    let total = match upload.state {
        UploadState::Open => upload.total_bytes,
        UploadState::Received | UploadState::Completed => upload.size,
    };
    let length = match total {
        Some(total) => ("upload-length", total.to_string()),
        None => ("upload-defer-length", "1".to_owned()),
    };
    let headers = [
        ("upload-offset", upload.offset().to_string()),
        length,
        ("upload-expires", http_date(upload.expires_at)),
        ("cache-control", "no-store".to_owned()),
    ];
    (status, headers).into_response()
}

/// A refusal that tells the next byte.
fn refused(refusal: Refusal, upload: &Upload) -> Response {
    let mut response = refusal.into_response();
    response.headers_mut().insert("upload-offset", HeaderValue::from(upload.offset()));
    response
}

fn spoken(mut response: Response) -> Response {
    response.headers_mut().insert("tus-resumable", HeaderValue::from_static(VERSION));
    if response.status() == StatusCode::PRECONDITION_FAILED {
        response.headers_mut().insert("tus-version", HeaderValue::from_static(VERSION));
    }
    response
}
