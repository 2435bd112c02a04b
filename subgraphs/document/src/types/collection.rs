//! The three collections in GraphQL.

use async_graphql::Enum;
use stores::search;

/// A collection of documents.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "search::Collection")]
pub enum Collection {
    /// Documents about politics and policy.
    Politica,
    /// Screened items.
    Screening,
    /// Research projects.
    Project,
}

/// As the stores take them; none given means all.
pub fn to_stores(collections: Option<Vec<Collection>>) -> Vec<search::Collection> {
    let mut collections: Vec<search::Collection> =
        collections.unwrap_or_default().into_iter().map(Into::into).collect();
    collections.sort_unstable();
    collections.dedup();
    collections
}
