//! `Organization`: an issuer of documents; common owns it, here it is only pointed to.

use async_graphql::{ID, SimpleObject};

/// An issuer of documents.
#[derive(SimpleObject)]
#[graphql(unresolvable = "id")]
pub struct Organization {
    /// The id.
    pub id: ID,
}
