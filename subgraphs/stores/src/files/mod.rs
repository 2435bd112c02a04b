//! Files of the NAS: a tree of folders and files under one root, through opendal.

use crate::Result;

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

/// The files under one root. Cheap to clone.
#[derive(Clone)]
pub struct Files {}

/*  To be implemented with exactly these signatures (all paths are checked: `..`, absolute, NUL, control characters,
    backslashes, over 255 bytes a part or 1,024 in all, and symbolic links that leave the root are `StoreError::InvalidName`):

impl Files {
    pub fn open_folder(root: &Path) -> Result<Self>;
    pub async fn list(&self, folder: &str) -> Result<Vec<Entry>>;               // by name
    pub async fn stat(&self, path: &str) -> Result<Option<Entry>>;
    /// Streams in, hashing (SHA-256); visible only when whole (written beside and renamed). Returns size and hex hash.
    pub async fn write(&self, path: &str, body: impl Stream<Item = std::io::Result<Bytes>> + Send + Unpin, max_bytes: u64) -> Result<Written>;
    pub async fn write_bytes(&self, path: &str, body: Bytes) -> Result<Written>;
    pub async fn read(&self, path: &str, range: Option<Range<u64>>) -> Result<BoxStream<'static, std::io::Result<Bytes>>>;
    pub async fn read_all(&self, path: &str) -> Result<Bytes>;
    pub async fn rename(&self, from: &str, to: &str) -> Result<()>;             // refuses to overwrite: AlreadyExists
    pub async fn remove(&self, path: &str) -> Result<()>;
    pub async fn create_folder(&self, path: &str) -> Result<()>;
    pub async fn remove_folder(&self, path: &str) -> Result<()>;                // whole tree
    pub async fn usage(&self, folder: &str) -> Result<Usage>;                   // files, bytes
    pub async fn ping(&self) -> Result<()>;
}
pub struct Written { pub size: u64, pub sha256: String }
pub struct Usage { pub files: u64, pub bytes: u64 }
*/
