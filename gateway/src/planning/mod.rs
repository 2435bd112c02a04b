//! Supergraph and operation to a query plan: which subgraph is asked what, in which order. Pure: no async, no IO, no clock.

mod fetch_document;
pub mod query_plan;

pub use fetch_document::{EntitiesNames, FetchDocument, fetch_document};
