//! Joins the parts of an upload to its content, streaming. Any replica may do it, one at a time; one that is killed over it is
//! followed by another.

use std::convert::Infallible;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt, stream};
use stores::{Result, StoreError};

use super::kind;
use crate::store::Store;
use crate::store::parts::Part;
use crate::store::uploads::{Received, Upload};

/// After this long without a sign of life another one may join, in microseconds.
const LEASE: i64 = 30 * 1_000_000;

/// How often the one who joins gives a sign of life.
const SIGN: Duration = Duration::from_secs(10);

/// How often somebody who waits for another one looks.
const LOOK: Duration = Duration::from_millis(200);

/// Joins the parts of an upload if they are all there, or waits until somebody has. Goes on when the caller goes away.
///
/// # Errors
/// When the NAS or the database fails; it can be tried again.
pub async fn join(store: &Store, upload_id: &str) -> Result<()> {
    let (store, id) = (store.clone(), upload_id.to_owned());
    let joining = tokio::spawn(async move {
        loop {
            if store.claim_joining(&id, store.now() + LEASE).await? {
                return join_claimed(&store, &id).await;
            }
            if !store.upload(&id).await?.is_some_and(|upload| upload.has_all_parts()) {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
    });
    joining.await.map_err(|error| StoreError::Internal(error.to_string()))?
}

async fn join_claimed(store: &Store, id: &str) -> Result<()> {
    let joined = tokio::select! {
        joined = join_now(store, id) => joined,
        never = show_life(store, id) => match never {},
    };
    if joined.is_err() {
        store.renew_joining(id, None).await?;
    }
    joined
}

async fn show_life(store: &Store, id: &str) -> Infallible {
    loop {
        tokio::time::sleep(SIGN).await;
        if let Err(error) = store.renew_joining(id, Some(store.now() + LEASE)).await {
            tracing::warn!(%error, "another one may begin to join the same parts");
        }
    }
}

async fn join_now(store: &Store, id: &str) -> Result<()> {
    let Some(upload) = store.upload(id).await? else { return Ok(()) };
    let parts = store.parts(id).await?;
    let blob_key = store.announce_blob().await?;
    let noted = match written(store, &blob_key, &upload, parts).await {
        Ok(received) => store.join_upload(id, &received).await,
        Err(error) => Err(error),
    };
    if !matches!(noted, Ok(true)) {
        // If that fails too, the sweep finds it.
        let _ = store.drop_blob(&blob_key).await;
    }
    noted.map(|_| ())
}

async fn written(store: &Store, blob_key: &str, upload: &Upload, parts: Vec<Part>) -> Result<Received> {
    let size = parts.iter().map(|part| part.size).sum();
    let start = Arc::new(Mutex::new(Vec::new()));
    let content = Box::pin(content(store.clone(), parts, Arc::clone(&start)));
    let max_bytes = u64::try_from(upload.max_bytes).unwrap_or_default();
    let written = store.files.write(blob_key, content, max_bytes).await.map_err(unreadable)?;
    if i64::try_from(written.size) != Ok(size) || Some(size) != upload.total_bytes {
        return Err(StoreError::Internal(format!("the parts of {} have other sizes than noted", upload.id)));
    }
    let media_type = kind::media_type(&start.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(Received { blob_key: blob_key.to_owned(), size, sha256: written.sha256, media_type })
}

/// The parts one after the other, keeping the first bytes.
fn content(
    store: Store,
    parts: Vec<Part>,
    start: Arc<Mutex<Vec<u8>>>,
) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let read = move |part: Part| {
        let store = store.clone();
        async move { store.files.read(&part.blob_key, None).await.map_err(io::Error::other) }
    };
    stream::iter(parts).then(read).try_flatten().inspect_ok(move |piece| kind::keep_start(&start, piece))
}

/// Parts that cannot be read are the NAS's fault, not the sender's.
fn unreadable(error: StoreError) -> StoreError {
    match error {
        StoreError::Interrupted(detail) => StoreError::Unavailable { store: "nas".to_owned(), detail },
        other => other,
    }
}
