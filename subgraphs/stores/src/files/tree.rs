//! The tree: listing, looking, moving, removing, summing up.

use opendal::{ErrorKind, Metadata};

use super::path::{checked, checked_file, checked_folder};
use super::{Entry, Files, Usage, sorted};
use crate::{Result, StoreError};

impl Files {
    /// What stands directly in a folder, by name.
    pub async fn list(&self, folder: &str) -> Result<Vec<Entry>> {
        self.existing_folder(folder).await?;
        let mut entries = self.folder.list(folder).await?;
        entries.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(entries)
    }

    /// What stands under a path, if anything.
    pub async fn stat(&self, path: &str) -> Result<Option<Entry>> {
        let path = checked(path)?;
        self.folder.refuse_escape(path).await?;
        for spelling in [path.to_owned(), format!("{path}/")] {
            match self.operator.stat(&spelling).await {
                Ok(metadata) => return Ok(Some(entry(path.to_owned(), &metadata))),
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
                Err(error) => match sorted(path, &error) {
                    StoreError::InvalidName(_) => {}
                    other => return Err(other),
                },
            }
        }
        Ok(None)
    }

    /// Moves a file, or a folder with all it holds; missing folders above the target are made. What stands at the target is
    /// never overwritten: `AlreadyExists`.
    pub async fn rename(&self, from: &str, to: &str) -> Result<()> {
        let (from, to) = (checked(from)?, checked(to)?);
        let _naming = self.naming.lock().await;
        let source = self.stat(from).await?.ok_or_else(|| StoreError::NotFound(from.to_owned()))?;
        if source.is_folder && to.strip_prefix(from).is_some_and(|rest| rest.starts_with('/')) {
            return Err(StoreError::InvalidName(to.to_owned()));
        }
        if self.stat(to).await?.is_some() {
            return Err(StoreError::AlreadyExists { constraint: to.to_owned() });
        }
        self.refuse_file_above(to).await?;
        match source.is_folder {
            true => self.folder.rename(from, to).await,
            false => self.operator.rename(from, to).await.map_err(|error| sorted(to, &error)),
        }
    }

    /// Removes a file; one that is not there is `NotFound`.
    pub async fn remove(&self, path: &str) -> Result<()> {
        let path = checked_file(path)?;
        match self.stat(path).await? {
            None => return Err(StoreError::NotFound(path.to_owned())),
            Some(entry) if entry.is_folder => return Err(StoreError::InvalidName(path.to_owned())),
            Some(_) => {}
        }
        if self.folder.removed_as_link(path).await? {
            return Ok(());
        }
        self.operator.delete(path).await.map_err(|error| sorted(path, &error))
    }

    /// Makes a folder and those above it; one that is there already is fine.
    pub async fn create_folder(&self, path: &str) -> Result<()> {
        let path = checked(path)?;
        let _naming = self.naming.lock().await;
        if self.stat(path).await?.is_some_and(|entry| !entry.is_folder) {
            return Err(StoreError::AlreadyExists { constraint: path.to_owned() });
        }
        self.refuse_file_above(path).await?;
        self.operator.create_dir(&format!("{path}/")).await.map_err(|error| sorted(path, &error))
    }

    /// Removes a folder with all it holds; one that is not there is `NotFound`. The root cannot be removed.
    pub async fn remove_folder(&self, path: &str) -> Result<()> {
        let path = checked(path)?;
        let folder = self.existing_folder(path).await?;
        if self.folder.removed_as_link(path).await? {
            return Ok(());
        }
        self.operator.delete_with(&folder).recursive(true).await.map_err(|error| sorted(path, &error))
    }

    /// How many files a folder holds, with all below it, and their bytes. Symbolic links are not followed.
    pub async fn usage(&self, folder: &str) -> Result<Usage> {
        self.existing_folder(folder).await?;
        self.folder.usage(folder).await
    }

    /// Refuses a path below something that is a file.
    pub(super) async fn refuse_file_above(&self, path: &str) -> Result<()> {
        let mut below = path;
        while let Some((folder, _)) = below.rsplit_once('/') {
            match self.stat(folder).await? {
                Some(entry) if entry.is_folder => return Ok(()),
                Some(_) => return Err(StoreError::InvalidName(path.to_owned())),
                None => below = folder,
            }
        }
        Ok(())
    }

    /// The path of a folder that is there, as the engine wants it.
    async fn existing_folder(&self, folder: &str) -> Result<String> {
        let path = checked_folder(folder)?;
        if folder.is_empty() {
            self.ping().await?;
            return Ok(path);
        }
        match self.stat(folder).await? {
            Some(entry) if entry.is_folder => Ok(path),
            _ => Err(StoreError::NotFound(folder.to_owned())),
        }
    }
}

fn entry(path: String, metadata: &Metadata) -> Entry {
    let is_folder = metadata.is_dir();
    let path = match is_folder && !path.ends_with('/') {
        true => format!("{path}/"),
        false => path,
    };
    let size = if is_folder { 0 } else { metadata.content_length() };
    let modified_at = metadata.last_modified().map(|time| time.into_inner().as_microsecond());
    Entry { path, is_folder, size, modified_at }
}
