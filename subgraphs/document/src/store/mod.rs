//! The stores that this server may read: SQL in, domain structs out.

pub mod document;

use std::sync::Arc;

use stores::search::SearchReader;
use stores::sql::Database;

/// Everything that this server may reach. Cheap to clone.
#[derive(Clone)]
pub struct Stores {
    /// Documents, the source of truth.
    pub document_meta: Database,
    /// The three indexes.
    pub search: Arc<dyn SearchReader>,
}
