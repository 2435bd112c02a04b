//! One file per GraphQL type.

mod crawl_counts;
mod crawl_item;
mod crawl_run;
mod crawl_source;
mod document;
mod failures;
mod nas_file;
mod nas_usage;
mod stubs;

pub use crawl_counts::CrawlCounts;
pub use crawl_item::CrawlItem;
pub use crawl_run::CrawlRun;
pub use crawl_source::CrawlSource;
pub use document::Document;
pub use failures::{
    CrawlAlreadyRunning, CrawlRunEnded, CrawlRunNotFound, CrawlRunStillOpen, CrawlSourceInactive,
    CrawlSourceNotFound, FileNameTaken, FileNotFound, FolderNotFound, InvalidCrawlSource, InvalidFileName,
    InvalidMove, PrivateHostsNotAllowed, UploadMismatch, UploadNotFound, UploadNotReceived, UploadTooLarge,
    refusal,
};
pub use nas_file::{NasFile, children};
pub use nas_usage::NasUsage;
pub use stubs::{Category, Organization, User};

use async_graphql::Context;

/// Whether the client wants to know how many items a list has; counting costs a statement.
pub fn wants_total(ctx: &Context<'_>) -> bool {
    ctx.look_ahead().field("totalCount").exists()
}
