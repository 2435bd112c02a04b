//! The crawl: from a source's start page to documents that common has taken in.
//!
//! `worker` takes up runs and keeps their leases; `run` goes through the items of one; `take` fetches and stores an item,
//! `hand_over` gives it to common, `change` writes what each step changed. The rest are pure readings: addresses, scopes,
//! robots, encodings, pages, dates, languages, sitemaps.

pub mod address;
mod change;
pub mod charset;
pub mod dates;
pub mod document;
mod fetch;
mod hand_over;
pub mod language;
pub mod media;
pub mod nesting;
mod original;
pub mod page;
pub mod robots;
mod run;
pub mod scope;
pub mod sitemap;
mod take;
pub mod text;
mod wake;
mod worker;

pub use fetch::Sites;
pub use wake::Wake;
pub use worker::Worker;
