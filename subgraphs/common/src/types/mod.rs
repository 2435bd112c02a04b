//! The GraphQL types of common, one file each.

pub mod bookmark;
pub mod category;
pub mod code;
pub mod collection;
pub mod document;
pub mod failure;
pub mod ingest;
pub mod keyword;
pub mod language;
pub mod organization;
pub mod reindex;
pub mod saved_search;
pub mod trend;
pub mod user;

/// What a list costs for the limit on a query's complexity: every item that it may have. Lists within lists of a tree whose
/// nodes lead up and down again would otherwise be cheap to ask for and dear to answer.
pub fn list_cost(first: Option<i32>, child_complexity: usize) -> usize {
    let items =
        first.map_or(service::page::DEFAULT_FIRST, |first| usize::try_from(first).unwrap_or_default());
    items.min(service::page::MAX_FIRST).saturating_mul(child_complexity).saturating_add(1)
}
