//! The admin server.
pub mod crawl;
