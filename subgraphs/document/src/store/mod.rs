//! The stores that this server may read: SQL in, domain structs out.

pub mod document;

use std::sync::Arc;

use async_graphql::Context;
use service::Failure;
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

/// The stores of this schema.
pub fn stores<'a>(ctx: &Context<'a>) -> Result<&'a Stores, Failure> {
    ctx.data_opt::<Stores>().ok_or_else(|| service::internal("the schema has no stores"))
}
