//! Files of the NAS: a tree of folders and files under one root, through opendal.
//!
//! Paths are checked before any engine sees them (`path.rs`); a mounted folder also refuses symbolic links that leave the
//! root (`folder.rs`). What is written becomes visible only when it is whole and on disk (`content.rs`).

mod content;
mod folder;
mod path;
mod tree;

use std::path::Path;
use std::sync::Arc;

use opendal::Operator;

use self::folder::Folder;
use crate::{Result, StoreError};

/// What stands under a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The path from the root, `/`-separated, no leading slash; folders end in `/`.
    pub path: String,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// Bytes; 0 for folders.
    pub size: u64,
    /// Last change, microseconds since 1970.
    pub modified_at: Option<i64>,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the content in hex.
    pub sha256: String,
}

/// What a folder holds, with everything below it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// How many files.
    pub files: u64,
    /// Their bytes together.
    pub bytes: u64,
}

/// The files under one root. Cheap to clone.
///
/// A path that is absolute, has an empty, `.` or `..` part, a backslash or a control character, is longer than 255 bytes a
/// part or 1,024 in all, or goes through a symbolic link that leaves the root is [`StoreError::InvalidName`]. The root itself
/// is the folder `""`; a folder may be written with or without its closing slash.
#[derive(Clone)]
pub struct Files {
    operator: Operator,
    folder: Arc<Folder>,
    /// Held from looking whether a name is free until it is taken.
    naming: Arc<tokio::sync::Mutex<()>>,
}

impl Files {
    /// Opens a folder of this machine (a mounted NAS share is one), made if it is not there.
    pub fn open_folder(root: &Path) -> Result<Self> {
        let folder = Folder::open(root).map_err(|error| unavailable(&error))?;
        folder.remove_abandoned_partials();
        let root = folder.root().to_string_lossy().into_owned();
        let operator = Operator::new(opendal::services::Fs::default().root(&root))
            .map_err(|error| unavailable(&error))?;
        Ok(Self { operator, folder: Arc::new(folder), naming: Arc::default() })
    }

    /// Whether the root is there, for readiness.
    pub async fn ping(&self) -> Result<()> {
        self.folder.ping().await
    }
}

fn unavailable(error: &dyn std::error::Error) -> StoreError {
    StoreError::Unavailable { store: "nas".to_owned(), detail: error.to_string() }
}

fn sorted(path: &str, error: &opendal::Error) -> StoreError {
    use opendal::ErrorKind;
    let in_the_way = std::error::Error::source(error)
        .and_then(|source| source.downcast_ref::<std::io::Error>())
        .is_some_and(|source| is_in_the_way(source.kind()));
    match error.kind() {
        _ if in_the_way => StoreError::InvalidName(path.to_owned()),
        ErrorKind::NotFound => StoreError::NotFound(path.to_owned()),
        ErrorKind::IsADirectory | ErrorKind::NotADirectory => StoreError::InvalidName(path.to_owned()),
        ErrorKind::AlreadyExists | ErrorKind::ConditionNotMatch | ErrorKind::IsSameFile => {
            StoreError::AlreadyExists { constraint: path.to_owned() }
        }
        ErrorKind::Unsupported | ErrorKind::ConfigInvalid => StoreError::Internal(error.to_string()),
        _ => unavailable(error),
    }
}

/// A file stands where a folder would have to, or the other way round.
fn is_in_the_way(kind: std::io::ErrorKind) -> bool {
    matches!(kind, std::io::ErrorKind::NotADirectory | std::io::ErrorKind::IsADirectory)
}
