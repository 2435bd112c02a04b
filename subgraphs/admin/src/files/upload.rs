//! `PUT /files/u/{id}`: takes the whole content of an upload, streaming. In parts: `tus.rs`.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use serde_json::{Value, json};
use stores::StoreError;

use super::arriving::STALL;
use super::kind;
use super::links::Purpose;
use super::refusal::Refusal;
use super::routes::{FileRoutes, Signed};
use crate::store::uploads::{Received, UploadState};

/// A whole content may take this long; contents pending longer are swept, so it must stay well below that. One that takes
/// longer is sent in parts.
const DEADLINE: Duration = Duration::from_secs(5_400);

/// Takes the content. It replaces one that was sent before, until the upload is completed.
pub async fn put(
    State(routes): State<FileRoutes>,
    Path(id): Path<String>,
    Query(signed): Query<Signed>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let store = &routes.store;
    routes.signer.check(Purpose::Upload, &id, (signed.exp, &signed.sig), store.clock.now_seconds())?;
    let upload = store.upload(&id).await?.ok_or(Refusal::NOT_FOUND)?;
    if upload.state == UploadState::Completed {
        return Err(Refusal::COMPLETED);
    }
    let max_bytes = u64::try_from(upload.max_bytes).unwrap_or_default();
    if announced_length(&headers).is_some_and(|length| length > max_bytes) {
        return Err(Refusal::TOO_LARGE);
    }
    let blob_key = store.announce_blob().await?;
    let received = tokio::time::timeout(DEADLINE, receive(&routes, &blob_key, body, max_bytes)).await;
    let received = match received {
        Ok(Ok(received)) => received,
        failed => {
            store.drop_blob(&blob_key).await?;
            return Err(failed.map_or(Refusal::TOO_SLOW, |result| {
                result.map_or_else(Refusal::from, |_| Refusal::INTERRUPTED)
            }));
        }
    };
    if !store.receive_upload(&id, &received).await? {
        store.drop_blob(&blob_key).await?;
        return Err(Refusal::COMPLETED);
    }
    Ok((StatusCode::CREATED, Json(json!({ "size": received.size, "sha256": received.sha256 }))))
}

/// The size that the sender announces.
pub(super) fn announced_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

async fn receive(
    routes: &FileRoutes,
    blob_key: &str,
    body: Body,
    max_bytes: u64,
) -> stores::Result<Received> {
    let start = Arc::new(Mutex::new(Vec::new()));
    let stream = Box::pin(watched(body, Arc::clone(&start)));
    let written = routes.store.files.write(blob_key, stream, max_bytes).await?;
    let media_type = kind::media_type(&start.lock().unwrap_or_else(PoisonError::into_inner));
    let size = i64::try_from(written.size).map_err(|_| StoreError::TooLarge { max_bytes })?;
    Ok(Received { blob_key: blob_key.to_owned(), size, sha256: written.sha256, media_type })
}

/// The body, keeping its first bytes, and failing when it stalls.
fn watched(body: Body, start: Arc<Mutex<Vec<u8>>>) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let mut stream = body.into_data_stream();
    async_stream::stream! {
        loop {
            let piece = match tokio::time::timeout(STALL, stream.next()).await {
                Ok(Some(Ok(piece))) => piece,
                Ok(None) => break,
                Ok(Some(Err(error))) => {
                    yield Err(io::Error::other(error));
                    break;
                }
                Err(_) => {
                    yield Err(io::Error::from(io::ErrorKind::TimedOut));
                    break;
                }
            };
            kind::keep_start(&start, &piece);
            yield Ok(piece);
        }
    }
}
