//! What differs from place to place; the rest is opendal's.

use async_trait::async_trait;
use bytes::Bytes;
use futures::TryStreamExt;
use opendal::{Operator, options::ReaderOptions};
use tokio::runtime::Handle;

use super::Entry;
use super::key::PARTIALS;
use crate::{Result, StoreError};

/// A place for contents.
#[async_trait]
pub(super) trait Engine: Send + Sync {
    /// The place as opendal reaches it.
    fn operator(&self) -> &Operator;

    /// The threads on which its blocking calls are made, if they are its own.
    fn threads(&self) -> Option<Handle> {
        None
    }

    /// Whether the place answers.
    async fn ping(&self) -> Result<()>;

    /// Begins a content that nobody sees before it is published under `key`.
    async fn begin(&self, key: &str) -> Result<Box<dyn Upload>>;

    /// Writes a content that is in memory already.
    async fn put(&self, key: &str, content: Bytes) -> Result<()> {
        let mut upload = self.begin(key).await?;
        let written = match upload.write(content).await {
            Ok(()) => upload.publish().await,
            failed => failed,
        };
        if written.is_err() {
            upload.discard().await;
        }
        written
    }

    /// Refuses a key that leads out of the place.
    async fn refuse_escape(&self, _key: &str) -> Result<()> {
        Ok(())
    }

    /// How contents are read.
    fn reader_options(&self) -> ReaderOptions {
        ReaderOptions::default()
    }

    /// All contents below a folder (which ends in `/`), in no order.
    async fn list(&self, folder: &str) -> Result<Vec<Entry>> {
        let lister = self.operator().lister_with(folder).recursive(true).await;
        let lister = lister.map_err(|error| sorted(folder, &error))?;
        let found: Vec<opendal::Entry> =
            lister.try_collect().await.map_err(|error| sorted(folder, &error))?;
        let is_content =
            |entry: &opendal::Entry| entry.metadata().is_file() && !entry.path().starts_with(PARTIALS);
        Ok(found.iter().filter(|entry| is_content(entry)).map(described).collect())
    }
}

/// A content on its way.
#[async_trait]
pub(super) trait Upload: Send {
    /// Takes the next bytes.
    async fn write(&mut self, piece: Bytes) -> Result<()>;

    /// Makes what was written stand under its key, on disk; `AlreadyExists` if something stands there.
    async fn publish(&mut self) -> Result<()>;

    /// Removes what was written, as far as that can be done.
    async fn discard(&mut self);
}

/// What opendal tells of a content.
pub(super) fn described(entry: &opendal::Entry) -> Entry {
    let metadata = entry.metadata();
    let modified_at = metadata.last_modified().map(|time| time.into_inner().as_microsecond());
    Entry { key: entry.path().to_owned(), size: metadata.content_length(), modified_at }
}

/// The NAS does not do what it should.
pub(super) fn unavailable(error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Unavailable { store: "nas".to_owned(), detail: error.to_string() }
}

/// What an error of opendal means here.
pub(super) fn sorted(key: &str, error: &opendal::Error) -> StoreError {
    use opendal::ErrorKind;
    match error.kind() {
        _ if is_in_the_way(error) => StoreError::InvalidName(key.to_owned()),
        ErrorKind::NotFound => StoreError::NotFound(key.to_owned()),
        ErrorKind::IsADirectory | ErrorKind::NotADirectory => StoreError::InvalidName(key.to_owned()),
        ErrorKind::AlreadyExists | ErrorKind::ConditionNotMatch => {
            StoreError::AlreadyExists { constraint: key.to_owned() }
        }
        ErrorKind::Unsupported | ErrorKind::ConfigInvalid => StoreError::Internal(error.to_string()),
        _ => unavailable(error),
    }
}

/// A content stands where a folder would have to, or the other way round.
fn is_in_the_way(error: &opendal::Error) -> bool {
    use std::io::ErrorKind;
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref::<std::io::Error>());
    source.is_some_and(|source| matches!(source.kind(), ErrorKind::NotADirectory | ErrorKind::IsADirectory))
}
