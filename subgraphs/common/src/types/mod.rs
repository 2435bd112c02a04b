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
