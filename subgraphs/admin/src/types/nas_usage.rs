//! `NasUsage`: how much is stored.

use async_graphql::SimpleObject;
use service::Long;

use crate::store::files::Usage;

/// How much is stored on the NAS.
#[derive(SimpleObject, Clone, Copy, Debug, PartialEq, Eq)]
pub struct NasUsage {
    /// How many files are in folders.
    files: Long,
    /// Their size in bytes.
    bytes: Long,
    /// How many folders there are.
    folders: Long,
    /// How many files are in the recycle bin.
    deleted_files: Long,
    /// Their size in bytes.
    deleted_bytes: Long,
}

impl From<Usage> for NasUsage {
    fn from(usage: Usage) -> Self {
        Self {
            files: Long(usage.files),
            bytes: Long(usage.bytes),
            folders: Long(usage.folders),
            deleted_files: Long(usage.deleted_files),
            deleted_bytes: Long(usage.deleted_bytes),
        }
    }
}
