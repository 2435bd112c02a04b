//! The admin server.
pub mod crawl;
pub mod store;
