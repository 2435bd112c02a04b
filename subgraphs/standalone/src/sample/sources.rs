//! The sample crawl sources: where documents come from. Their runs, items and files are made from the documents.

use super::{DAY, NOW, id, organizations};

/// A sample crawl source.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where a crawl begins.
    pub start_url: String,
    /// The organization whose site it is.
    pub organization: &'static str,
    /// When it was registered (microseconds).
    pub created_at: i64,
}

/// One source per organization.
pub fn sources() -> Vec<Source> {
    organizations::organizations()
        .into_iter()
        .enumerate()
        .map(|(index, organization)| Source {
            id: id("source", index as u64, NOW - 300 * DAY),
            name: format!("{} 누리집", organization.name_ko),
            start_url: organization.homepage,
            organization: organization.slug,
            created_at: NOW - 300 * DAY,
        })
        .collect()
}
