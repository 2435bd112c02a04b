//! Where contents are: the settings of each kind of place, and how it is opened.

use std::path::PathBuf;
use std::sync::Arc;

use super::engine::Engine;
use super::folder::Folder;
use crate::Result;
#[cfg(any(not(feature = "webdav"), not(feature = "s3")))]
use crate::StoreError;

/// Where contents are.
#[derive(Clone, Debug)]
pub enum Place {
    /// A folder of this machine; a mounted NAS share is one.
    Folder(PathBuf),
    /// A WebDAV server.
    Webdav(WebdavPlace),
    /// A bucket of an S3 server.
    S3(S3Place),
}

/// A folder of a WebDAV server.
#[derive(Clone, Default)]
pub struct WebdavPlace {
    /// The folder's URL. It must be there.
    pub url: String,
    /// Who logs in; nobody if empty.
    pub user: String,
    /// The password.
    pub password: String,
}

/// A bucket of an S3 server.
#[derive(Clone, Default)]
pub struct S3Place {
    /// The server's URL, e.g. `https://s3.ap-northeast-2.amazonaws.com`.
    pub endpoint: String,
    /// The region, e.g. `ap-northeast-2`; servers without regions take `us-east-1`.
    pub region: String,
    /// The bucket. It must be there.
    pub bucket: String,
    /// What all keys in the bucket begin with; may be empty.
    pub prefix: String,
    /// The access key's id.
    pub access_key: String,
    /// The access key's secret.
    pub secret_key: String,
}

impl std::fmt::Debug for WebdavPlace {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("WebdavPlace").field("url", &self.url).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for S3Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut place = formatter.debug_struct("S3Place");
        place.field("endpoint", &self.endpoint).field("bucket", &self.bucket).finish_non_exhaustive()
    }
}

pub(super) fn open(place: &Place) -> Result<Arc<dyn Engine>> {
    match place {
        Place::Folder(root) => Ok(Arc::new(Folder::open(root)?)),
        #[cfg(feature = "webdav")]
        Place::Webdav(place) => Ok(Arc::new(super::webdav::Webdav::open(place)?)),
        #[cfg(not(feature = "webdav"))]
        Place::Webdav(_) => Err(not_built("webdav")),
        #[cfg(feature = "s3")]
        Place::S3(place) => Ok(Arc::new(super::s3::S3::open(place)?)),
        #[cfg(not(feature = "s3"))]
        Place::S3(_) => Err(not_built("s3")),
    }
}

#[cfg(any(not(feature = "webdav"), not(feature = "s3")))]
fn not_built(feature: &str) -> StoreError {
    StoreError::Internal(format!(
        "this program was built without `{feature}`; build it with the cargo feature `{feature}` of `stores`"
    ))
}
