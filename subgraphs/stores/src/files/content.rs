//! Writing and reading contents: streamed, hashed, whole or not at all.

use std::io;
use std::ops::Range;

use bytes::Bytes;
use futures::stream::{self, BoxStream};
use futures::{Stream, StreamExt, TryStreamExt};
use sha2::{Digest, Sha256};

use super::engine::{Upload, sorted, unavailable};
use super::gate::STEP;
use super::key::checked;
use super::{Files, Written};
use crate::{Result, StoreError};

type Pieces = BoxStream<'static, io::Result<Bytes>>;

impl Files {
    /// Streams a content in, hashing (SHA-256); it is there only when it is whole.
    ///
    /// # Errors
    /// `AlreadyExists` for a key that is taken; `TooLarge` for more than `max_bytes`, `Interrupted` for a body that fails:
    /// neither leaves anything.
    pub async fn write(
        &self,
        key: &str,
        mut body: impl Stream<Item = io::Result<Bytes>> + Send + Unpin,
        max_bytes: u64,
    ) -> Result<Written> {
        let key = checked(key)?;
        let mut upload = Unpublished::begin(self, key).await?;
        let mut hash = Sha256::new();
        let mut size = 0_u64;
        while let Some(piece) = body.next().await {
            let piece = piece.map_err(|error| StoreError::Interrupted(error.to_string()))?;
            size += piece.len() as u64;
            if size > max_bytes {
                return Err(StoreError::TooLarge { max_bytes });
            }
            if !piece.is_empty() {
                hash.update(&piece);
                upload.write(piece).await?;
            }
        }
        upload.publish(size).await?;
        Ok(Written { size, sha256: hex::encode(hash.finalize()) })
    }

    /// Writes a content that is in memory already.
    ///
    /// # Errors
    /// `AlreadyExists` for a key that is taken.
    pub async fn write_bytes(&self, key: &str, content: Bytes) -> Result<Written> {
        let key = checked(key)?;
        let written = Written { size: content.len() as u64, sha256: hex::encode(Sha256::digest(&content)) };
        let put = async {
            self.engine.refuse_escape(key).await?;
            self.engine.put(key, content).await.map_err(not_a_missing_content)
        };
        self.gate.pass_at_last(written.size, put).await?;
        Ok(written)
    }

    /// Streams a content out, all of it or the bytes of `range`, which is cut at its end. One that is removed meanwhile may
    /// break off.
    ///
    /// # Errors
    /// `NotFound` if there is no such content.
    pub async fn read(&self, key: &str, range: Option<Range<u64>>) -> Result<Pieces> {
        let key = checked(key)?;
        let range = match range {
            None => None,
            Some(range) => {
                let size = self.stat(key).await?.ok_or_else(|| StoreError::NotFound(key.to_owned()))?.size;
                let range = range.start.min(size)..range.end.min(size);
                if range.is_empty() {
                    return Ok(stream::empty().boxed());
                }
                Some(range)
            }
        };
        // The first bytes tell whether it is there.
        let (first, rest) = self.gate.pass(self.opened(key, range)).await?;
        let Some(first) = first else { return Ok(stream::empty().boxed()) };
        Ok(stream::iter([Ok(first)]).chain(self.paced(rest)).boxed())
    }

    /// The whole content at once.
    ///
    /// # Errors
    /// `NotFound` if there is no such content.
    pub async fn read_all(&self, key: &str) -> Result<Bytes> {
        let pieces: Vec<Bytes> =
            self.read(key, None).await?.try_collect().await.map_err(|error| unavailable(&error))?;
        Ok(pieces.concat().into())
    }

    async fn opened(&self, key: &str, range: Option<Range<u64>>) -> Result<(Option<Bytes>, Pieces)> {
        self.engine.refuse_escape(key).await?;
        let failed = |error: &opendal::Error| sorted(key, error);
        let (operator, options) = (self.engine.operator(), self.engine.reader_options());
        let reader = operator.reader_options(key, options).await.map_err(|error| failed(&error))?;
        let stream = match range {
            None => reader.into_bytes_stream(..).await,
            Some(range) => reader.into_bytes_stream(range).await,
        };
        let mut stream = stream.map_err(|error| failed(&error))?.boxed();
        let first = match stream.try_next().await {
            Ok(first) => first,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(StoreError::NotFound(key.to_owned()));
            }
            Err(error) => return Err(unavailable(&error)),
        };
        Ok((first, stream))
    }

    /// The pieces, each within its time.
    fn paced(&self, pieces: Pieces) -> Pieces {
        let state = Some((pieces, self.clone()));
        let next = async |state: Option<(Pieces, Self)>| {
            let (mut pieces, files) = state?;
            let step = async { pieces.try_next().await.map_err(|error| unavailable(&error)) };
            match files.gate.pass(step).await {
                Ok(piece) => piece.map(|piece| (Ok(piece), Some((pieces, files)))),
                Err(error) => Some((Err(io::Error::other(error)), None)),
            }
        };
        stream::unfold(state, next).boxed()
    }
}

/// A bucket or share that is gone is no missing content.
fn not_a_missing_content(error: StoreError) -> StoreError {
    match error {
        StoreError::NotFound(_) => unavailable(&"the place for contents is not there"),
        other => other,
    }
}

/// A content that is being written; removed if it is dropped before it is published.
struct Unpublished {
    files: Files,
    upload: Option<Box<dyn Upload>>,
}

impl Unpublished {
    async fn begin(files: &Files, key: &str) -> Result<Self> {
        let begin = async {
            files.engine.refuse_escape(key).await?;
            files.engine.begin(key).await.map_err(not_a_missing_content)
        };
        let upload = files.gate.pass(begin).await?;
        Ok(Self { files: files.clone(), upload: Some(upload) })
    }

    fn upload(&mut self) -> Result<&mut Box<dyn Upload>> {
        self.upload.as_mut().ok_or_else(|| StoreError::Internal("a published content is written".to_owned()))
    }

    async fn write(&mut self, piece: Bytes) -> Result<()> {
        let files = self.files.clone();
        let write = async { self.upload()?.write(piece).await.map_err(not_a_missing_content) };
        files.gate.pass(write).await
    }

    async fn publish(mut self, size: u64) -> Result<()> {
        let files = self.files.clone();
        let publish = async { self.upload()?.publish().await.map_err(not_a_missing_content) };
        files.gate.pass_at_last(size, publish).await?;
        self.upload = None;
        Ok(())
    }
}

impl Drop for Unpublished {
    fn drop(&mut self) {
        let (Some(mut upload), Ok(runtime)) = (self.upload.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        runtime.spawn(async move {
            if tokio::time::timeout(STEP, upload.discard()).await.is_err() {
                tracing::warn!("a partial content stays until it is swept");
            }
        });
    }
}
