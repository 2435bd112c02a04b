//! Writing and reading contents: streamed, hashed, whole or not at all.

use std::io;
use std::ops::Range;

use bytes::Bytes;
use futures::stream::{self, BoxStream};
use futures::{Stream, StreamExt};
use opendal::{Operator, Writer};
use sha2::{Digest, Sha256};

use super::path::{PARTIALS, checked_file};
use super::{Files, Written, sorted};
use crate::{Result, StoreError};

const CHUNK: usize = 256 * 1024;

impl Files {
    /// Streams in, hashing (SHA-256); visible only when whole (written beside and renamed). A file that stands there is
    /// replaced. A body over `max_bytes` is `TooLarge`, one that fails `Interrupted`; neither leaves anything.
    pub async fn write(
        &self,
        path: &str,
        mut body: impl Stream<Item = io::Result<Bytes>> + Send + Unpin,
        max_bytes: u64,
    ) -> Result<Written> {
        let path = checked_file(path)?;
        self.folder.refuse_escape(path).await?;
        if self.stat(path).await?.is_some_and(|entry| entry.is_folder) {
            return Err(StoreError::InvalidName(path.to_owned()));
        }
        self.refuse_file_above(path).await?;
        let mut partial = Partial::begin(&self.operator).await?;
        let mut hash = Sha256::new();
        let mut size = 0_u64;
        while let Some(piece) = body.next().await {
            let piece = piece.map_err(|error| StoreError::Interrupted(error.to_string()))?;
            size += piece.len() as u64;
            if size > max_bytes {
                return Err(StoreError::TooLarge { max_bytes });
            }
            hash.update(&piece);
            partial.write(piece).await?;
        }
        partial.publish(path).await?;
        Ok(Written { size, sha256: hex::encode(hash.finalize()) })
    }

    /// Writes what is already in memory.
    pub async fn write_bytes(&self, path: &str, body: Bytes) -> Result<Written> {
        let max_bytes = body.len() as u64;
        self.write(path, stream::iter([Ok(body)]), max_bytes).await
    }

    /// Streams out, all of it or the bytes of `range`, which is cut at the end of the file. A file replaced meanwhile is
    /// still read to its old end.
    pub async fn read(
        &self,
        path: &str,
        range: Option<Range<u64>>,
    ) -> Result<BoxStream<'static, io::Result<Bytes>>> {
        let path = checked_file(path)?;
        let entry = self.stat(path).await?.filter(|entry| !entry.is_folder);
        let size = entry.ok_or_else(|| StoreError::NotFound(path.to_owned()))?.size;
        let range = range.unwrap_or(0..size);
        let range = range.start.min(size)..range.end.min(size);
        if range.is_empty() {
            return Ok(stream::empty().boxed());
        }
        let reader =
            self.operator.reader_with(path).chunk(CHUNK).await.map_err(|error| sorted(path, &error))?;
        let bytes = reader.into_bytes_stream(range).await.map_err(|error| sorted(path, &error))?;
        Ok(bytes.boxed())
    }

    /// The whole content at once.
    pub async fn read_all(&self, path: &str) -> Result<Bytes> {
        let mut stream = self.read(path, None).await?;
        let mut whole = Vec::new();
        while let Some(piece) = stream.next().await {
            whole.extend_from_slice(&piece.map_err(|error| super::unavailable(&error))?);
        }
        Ok(whole.into())
    }
}

/// A file that is being written where nobody sees it; removed if it is dropped before it is published.
struct Partial {
    operator: Operator,
    path: String,
    writer: Option<Writer>,
}

impl Partial {
    async fn begin(operator: &Operator) -> Result<Self> {
        let path = format!("{PARTIALS}/{}", uuid::Uuid::now_v7());
        let writer = operator.writer(&path).await.map_err(|error| sorted(&path, &error))?;
        Ok(Self { operator: operator.clone(), path, writer: Some(writer) })
    }

    async fn write(&mut self, piece: Bytes) -> Result<()> {
        match &mut self.writer {
            Some(writer) => writer.write(piece).await.map_err(|error| sorted(&self.path, &error)),
            None => Err(StoreError::Internal("a published file is written".to_owned())),
        }
    }

    async fn publish(mut self, path: &str) -> Result<()> {
        if let Some(writer) = &mut self.writer {
            writer.close().await.map_err(|error| sorted(path, &error))?;
            self.operator.rename(&self.path, path).await.map_err(|error| sorted(path, &error))?;
        }
        self.writer = None;
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        let (Some(writer), Ok(runtime)) = (self.writer.take(), tokio::runtime::Handle::try_current()) else {
            return;
        };
        drop(writer);
        let (operator, path) = (self.operator.clone(), std::mem::take(&mut self.path));
        runtime.spawn(async move {
            if let Err(error) = operator.delete(&path).await {
                tracing::warn!(%error, "a partial file stays until it is swept");
            }
        });
    }
}
