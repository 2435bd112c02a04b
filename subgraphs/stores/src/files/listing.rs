//! Looking at what stands there, removing it, and sweeping what never became whole.

use futures::StreamExt;
use opendal::ErrorKind;

use super::engine::{described, sorted};
use super::key::{PARTIALS, checked, checked_folder};
use super::{Entry, Files, Usage};
use crate::{Result, StoreError};

impl Files {
    /// What stands under a key, if anything.
    ///
    /// # Errors
    /// `InvalidName` for a key that is not allowed.
    pub async fn stat(&self, key: &str) -> Result<Option<Entry>> {
        let key = checked(key)?;
        let look = async {
            self.engine.refuse_escape(key).await?;
            match self.engine.operator().stat(key).await {
                Ok(metadata) if metadata.is_dir() => Ok(None),
                Ok(metadata) => {
                    let modified_at = metadata.last_modified().map(|time| time.into_inner().as_microsecond());
                    Ok(Some(Entry { key: key.to_owned(), size: metadata.content_length(), modified_at }))
                }
                Err(error) => match sorted(key, &error) {
                    StoreError::NotFound(_) | StoreError::InvalidName(_) => Ok(None),
                    other => Err(other),
                },
            }
        };
        self.gate.pass(look).await
    }

    /// All contents below a folder (`""`: all there are), by key.
    ///
    /// # Errors
    /// `InvalidName` for a folder that is not allowed.
    pub async fn list(&self, folder: &str) -> Result<Vec<Entry>> {
        let folder = checked_folder(folder)?;
        let mut entries = self.gate.pass(self.engine.list(&folder)).await?;
        entries.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(entries)
    }

    /// How much stands below a folder.
    ///
    /// # Errors
    /// `InvalidName` for a folder that is not allowed.
    pub async fn usage(&self, folder: &str) -> Result<Usage> {
        let add = |sum: Usage, entry: &Entry| Usage { files: sum.files + 1, bytes: sum.bytes + entry.size };
        Ok(self.list(folder).await?.iter().fold(Usage::default(), add))
    }

    /// Removes a content for good; one that is not there is fine.
    ///
    /// # Errors
    /// `InvalidName` for a key that is not allowed.
    pub async fn remove(&self, key: &str) -> Result<()> {
        let key = checked(key)?;
        // Some places would remove what is below a folder.
        if self.stat(key).await?.is_none() {
            return Ok(());
        }
        let remove = async {
            match self.engine.operator().delete(key).await {
                Err(error) if error.kind() != ErrorKind::NotFound => Err(sorted(key, &error)),
                _ => Ok(()),
            }
        };
        self.gate.pass(remove).await
    }

    /// Removes what processes left that were killed while writing before `cutoff` (microseconds since 1970); returns how many.
    /// Younger ones may belong to a process that writes now, so give a day. S3 shows none: an unfinished multipart upload ends
    /// by a lifecycle rule of the bucket, and a content of up to 8 MiB makes none.
    ///
    /// # Errors
    /// When one cannot be removed.
    pub async fn sweep_partials(&self, cutoff: i64) -> Result<u64> {
        let folder = format!("{PARTIALS}/");
        let sweep = async {
            let operator = self.engine.operator();
            let found = operator.lister(&folder).await.map_err(|error| sorted(&folder, &error))?;
            let mut found = Box::pin(found);
            let mut removed = 0;
            while let Some(entry) = found.next().await {
                let entry = match entry {
                    Ok(entry) if entry.metadata().is_file() => described(&entry),
                    // A folder, or it became whole meanwhile.
                    Ok(_) => continue,
                    Err(error) if error.kind() == ErrorKind::NotFound => continue,
                    Err(error) => return Err(sorted(&folder, &error)),
                };
                if entry.modified_at.is_some_and(|at| at < cutoff) {
                    operator.delete(&entry.key).await.map_err(|error| sorted(&entry.key, &error))?;
                    removed += 1;
                }
            }
            Ok(removed)
        };
        self.gate.pass(sweep).await
    }
}
