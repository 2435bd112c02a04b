//! `Category`: a node of the tree by which documents are filed; common owns it, here it is only pointed to.

use async_graphql::{ID, SimpleObject};

/// A node of the tree by which documents are filed.
#[derive(SimpleObject)]
#[graphql(unresolvable = "id")]
pub struct Category {
    /// The id.
    pub id: ID,
}
