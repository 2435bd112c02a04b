//! Contents on the NAS under generated keys: a mounted folder, WebDAV or S3, through opendal.
//!
//! What admin needs, and what every place gives (`tests/files_contract` checks exactly this on all three):
//!
//! - A key is used for one content. Writing to a key that is taken is `AlreadyExists`, also when two processes do it at the
//!   same moment (folder: rename that replaces nothing; WebDAV: `MOVE` with `Overwrite: F`; S3: conditional put).
//! - A content is there whole or not at all, whatever is killed when. Its size and SHA-256 are known when it is written.
//! - It is read whole or in part, as a stream. Neither way takes more memory for a larger content.
//! - Removing is final; removing what is not there is fine.
//! - What stands there can be listed, and what a killed process left half-written can be swept.
//! - A place that is gone or hangs is `Unavailable` within seconds, at once for those who ask next, and back by itself.
//!
//! Names that people give never come here: they live in the database. So nothing is renamed, replaced or encoded.

mod content;
mod engine;
mod folder;
mod gate;
#[cfg(any(feature = "webdav", feature = "s3"))]
mod http;
mod key;
mod listing;
mod place;
#[cfg(feature = "s3")]
mod s3;
#[cfg(feature = "webdav")]
mod webdav;

use std::path::Path;
use std::sync::Arc;

pub use self::place::{Place, S3Place, WebdavPlace};

use self::engine::Engine;
use self::gate::Gate;
use crate::Result;

/// A content that stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its key.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// When it was written, microseconds since 1970, by the clock of the NAS.
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

/// How much stands below a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// How many contents.
    pub files: u64,
    /// Their bytes together.
    pub bytes: u64,
}

/// The contents at one place. Cheap to clone.
///
/// A key is made of parts of lower-case letters, digits, `.`, `_` and `-`, joined by `/`; no part begins with a dot. Any other
/// is [`crate::StoreError::InvalidName`], as is one that leads through a symbolic link out of a folder.
#[derive(Clone)]
pub struct Files {
    engine: Arc<dyn Engine>,
    gate: Arc<Gate>,
}

impl Files {
    /// Opens a place. A folder is made if it is not there; a server is not asked yet.
    ///
    /// # Errors
    /// `Unavailable` when a folder cannot be made, `Internal` when the settings are wrong or this program was built without
    /// that kind of place.
    pub fn open(place: &Place) -> Result<Self> {
        let engine = place::open(place)?;
        Ok(Self { gate: Arc::new(Gate::new(&engine)), engine })
    }

    /// Opens a folder of this machine; a mounted NAS share is one.
    ///
    /// # Errors
    /// `Unavailable` when it cannot be made.
    pub fn open_folder(root: &Path) -> Result<Self> {
        Self::open(&Place::Folder(root.to_owned()))
    }

    /// Whether the place answers, for readiness.
    ///
    /// # Errors
    /// `Unavailable` when not.
    pub async fn ping(&self) -> Result<()> {
        self.gate.pass(self.engine.ping()).await
    }
}
