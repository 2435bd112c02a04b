//! Entities of other servers that admin refers to by key.

use async_graphql::{ID, SimpleObject};

/// A category of the shared category tree.
#[derive(SimpleObject, Clone, Debug, PartialEq, Eq)]
#[graphql(unresolvable = "id")]
pub struct Category {
    /// The id.
    pub id: ID,
}

/// An organization.
#[derive(SimpleObject, Clone, Debug, PartialEq, Eq)]
#[graphql(unresolvable = "id")]
pub struct Organization {
    /// The id.
    pub id: ID,
}

/// A person with an account.
#[derive(SimpleObject, Clone, Debug, PartialEq, Eq)]
#[graphql(unresolvable = "id")]
pub struct User {
    /// The id, a UUID.
    pub id: ID,
}

impl From<String> for User {
    fn from(id: String) -> Self {
        Self { id: ID(id) }
    }
}
