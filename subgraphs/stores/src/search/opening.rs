//! Opens a search engine: Elasticsearch where one is given, else the embedded one.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::{SearchReader, SearchWriter, embedded};
use crate::Result;

/// Where the engine is and who asks.
#[derive(Clone, Default)]
pub struct Connection {
    /// `http://` or `https://` addresses of one cluster, asked in turn; at least one.
    pub urls: Vec<String>,
    /// The user; none where the engine has no users.
    pub user: Option<String>,
    /// The user's password.
    pub password: Option<String>,
    /// What the names of all indexes begin with: lower-case letters, digits, `_`, `-`; may be empty.
    pub prefix: String,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("user", &self.user)
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

/// A reader: on the engine that is given, else on the embedded indexes in `folder`, which need not be there yet.
///
/// # Errors
/// `InvalidName` if an address or the prefix cannot be used; `Unavailable` if the program is built without this engine.
pub fn open_reader(engine: Option<&Connection>, folder: &Path) -> Result<Arc<dyn SearchReader>> {
    match engine {
        #[cfg(feature = "elasticsearch")]
        Some(connection) => Ok(Arc::new(super::elasticsearch::open_reader(connection)?)),
        #[cfg(not(feature = "elasticsearch"))]
        Some(_) => Err(not_built_in()),
        None => Ok(Arc::new(embedded::open_reader(folder)?)),
    }
}

/// A reader and a writer: on the engine that is given, else on the embedded indexes in `folder`. Call it inside a runtime.
///
/// # Errors
/// As [`open_reader`]; and `Unavailable` if another process writes the embedded indexes.
pub fn open_writer(
    engine: Option<&Connection>,
    folder: &Path,
) -> Result<(Arc<dyn SearchReader>, Arc<dyn SearchWriter>)> {
    match engine {
        #[cfg(feature = "elasticsearch")]
        Some(connection) => Ok(both(super::elasticsearch::open_writer(connection)?)),
        #[cfg(not(feature = "elasticsearch"))]
        Some(_) => Err(not_built_in()),
        None => Ok(both(embedded::open_writer(folder)?)),
    }
}

fn both(
    engine: impl SearchReader + SearchWriter + 'static,
) -> (Arc<dyn SearchReader>, Arc<dyn SearchWriter>) {
    let engine = Arc::new(engine);
    (engine.clone(), engine)
}

#[cfg(not(feature = "elasticsearch"))]
fn not_built_in() -> crate::StoreError {
    crate::StoreError::Unavailable {
        store: "search".to_owned(),
        detail: "this program is built without Elasticsearch (feature `real`)".to_owned(),
    }
}
