//! The crawl: from a source's start page to documents that common has taken in.

pub mod address;
pub mod charset;
pub mod dates;
pub mod language;
pub mod media;
pub mod nesting;
pub mod page;
pub mod robots;
pub mod scope;
pub mod sitemap;
pub mod text;
