//! `SearchOrder`: in which order hits come.

use async_graphql::Enum;
use stores::search;

/// In which order hits come.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "search::SearchOrder")]
pub enum SearchOrder {
    /// What matches the words best comes first.
    Relevance,
    /// What was published last comes first.
    Newest,
    /// What was published first comes first.
    Oldest,
}
