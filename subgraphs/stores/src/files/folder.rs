//! What a folder of this machine does better than opendal, or has alone: symbolic links (opendal follows them out of the
//! root and lists them wrongly), folders that move in one step, partial files of a process that was killed.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::path::PARTIALS;
use super::{Entry, Usage, unavailable};
use crate::{Result, StoreError};

const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    pub(super) fn open(root: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(root)?;
        Ok(Self { root: root.canonicalize()? })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) async fn ping(&self) -> Result<()> {
        tokio::fs::read_dir(&self.root).await.map(|_| ()).map_err(|error| unavailable(&error))
    }

    /// What stands directly in a folder, in no order; a link is listed as what it points to, unless that is outside or gone.
    pub(super) async fn list(&self, folder: &str) -> Result<Vec<Entry>> {
        let (root, folder) = (self.root.clone(), folder.trim_end_matches('/').to_owned());
        blocking(move || {
            let is_visible = |name: &str| !(folder.is_empty() && name == PARTIALS);
            let names =
                std::fs::read_dir(root.join(&folder))?.map(|found| found.map(|found| found.file_name()));
            let mut entries = Vec::new();
            for name in names {
                let name = name?.to_string_lossy().into_owned();
                let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
                if is_visible(&name) {
                    entries.extend(entry(&root, path));
                }
            }
            Ok(entries)
        })
        .await
    }

    /// Files and their bytes with all that is below; links are not followed.
    pub(super) async fn usage(&self, folder: &str) -> Result<Usage> {
        let (root, folder) = (self.root.clone(), self.root.join(folder));
        blocking(move || {
            let mut usage = Usage::default();
            let mut folders = vec![folder];
            while let Some(folder) = folders.pop() {
                let Some(found) = unless_gone(std::fs::read_dir(folder))? else { continue };
                for found in found {
                    let found = found?;
                    let Some(metadata) = unless_gone(found.metadata())? else { continue };
                    if metadata.is_dir() && found.path() != root.join(PARTIALS) {
                        folders.push(found.path());
                    } else if metadata.is_file() {
                        usage.files += 1;
                        usage.bytes += metadata.len();
                    }
                }
            }
            Ok(usage)
        })
        .await
    }

    /// Refuses a path that goes through a symbolic link out of the root, also one whose target is not there (yet): writing
    /// through it would make a file outside.
    pub(super) async fn refuse_escape(&self, path: &str) -> Result<()> {
        let mut candidate = self.root.join(path);
        loop {
            match tokio::fs::canonicalize(&candidate).await {
                Ok(target) if target.starts_with(&self.root) => return Ok(()),
                Ok(_) => return Err(StoreError::InvalidName(path.to_owned())),
                // A link to nothing, or a ring of links.
                Err(_) if self.is_link(&candidate).await => {
                    return Err(StoreError::InvalidName(path.to_owned()));
                }
                Err(error) if candidate == self.root => return Err(unavailable(&error)),
                Err(_) => _ = candidate.pop(),
            }
        }
    }

    /// Removes the link itself where the path is a symbolic link, so that its target stays; says whether it did.
    pub(super) async fn removed_as_link(&self, path: &str) -> Result<bool> {
        let link = self.root.join(path);
        if !self.is_link(&link).await {
            return Ok(false);
        }
        tokio::fs::remove_file(&link).await.map_err(|error| unavailable(&error))?;
        Ok(true)
    }

    /// Moves a whole folder in one step.
    pub(super) async fn rename(&self, from: &str, to: &str) -> Result<()> {
        let target = self.root.join(to);
        let moved = async {
            if let Some(parent) = target.parent() {
                tokio::fs::create_dir_all(parent).await?;
            }
            tokio::fs::rename(self.root.join(from), &target).await
        };
        moved.await.map_err(|error: std::io::Error| match error.kind() {
            ErrorKind::InvalidInput | ErrorKind::NotADirectory => StoreError::InvalidName(to.to_owned()),
            _ => unavailable(&error),
        })
    }

    /// Removes what processes left that were killed while writing. Younger ones may belong to another process that writes now.
    pub(super) fn remove_abandoned_partials(&self) {
        let Ok(partials) = std::fs::read_dir(self.root.join(PARTIALS)) else { return };
        for partial in partials.flatten() {
            let modified = partial.metadata().and_then(|metadata| metadata.modified());
            let age = modified.ok().and_then(|modified| SystemTime::now().duration_since(modified).ok());
            if age.is_some_and(|age| age > ABANDONED)
                && let Err(error) = std::fs::remove_file(partial.path())
            {
                tracing::warn!(%error, "an abandoned partial file stays");
            }
        }
    }

    async fn is_link(&self, path: &Path) -> bool {
        tokio::fs::symlink_metadata(path).await.is_ok_and(|metadata| metadata.is_symlink())
    }
}

/// `None` for what vanished meanwhile, leads out of the root, or is neither a file nor a folder.
fn entry(root: &Path, path: String) -> Option<Entry> {
    let mut metadata = root.join(&path).symlink_metadata().ok()?;
    if metadata.is_symlink() {
        let target = root.join(&path).canonicalize().ok().filter(|target| target.starts_with(root))?;
        metadata = target.metadata().ok()?;
    }
    let is_folder = metadata.is_dir();
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
    let modified_at = modified.and_then(|time| i64::try_from(time.as_micros()).ok());
    let size = if is_folder { 0 } else { metadata.len() };
    let path = if is_folder { format!("{path}/") } else { path };
    (is_folder || metadata.is_file()).then_some(Entry { path, is_folder, size, modified_at })
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T> {
    let done =
        tokio::task::spawn_blocking(work).await.map_err(|error| StoreError::Internal(error.to_string()))?;
    done.map_err(|error| unavailable(&error))
}

/// What was removed by others during a walk is no fault.
fn unless_gone<T>(result: std::io::Result<T>) -> std::io::Result<Option<T>> {
    match result {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        other => other.map(Some),
    }
}
