//! What one step of a run changes, written in one transaction.

use url::Url;

use super::run::{RunWork, Stop};
use crate::store::files::File;
use crate::store::items::{Item, ItemReason, ItemState};
use crate::store::links::Link;

/// A URL that was found.
pub struct New {
    /// The normalized URL.
    pub url: Url,
    /// How far from the start.
    pub depth: i64,
    /// How many redirects led there.
    pub redirects: i64,
}

/// What a step changes.
pub struct Change {
    item: Item,
    found: Vec<New>,
    original: Option<(File, Option<String>)>,
    document: Option<String>,
}

impl Item {
    /// The item as it ends.
    pub fn ended(mut self, state: ItemState, reason: ItemReason) -> Self {
        self.state = state;
        self.reason = Some(reason);
        self
    }

    /// With more about the reason.
    pub fn because(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

impl Change {
    /// Of the item alone.
    pub fn of(item: Item) -> Self {
        Self { item, found: Vec::new(), original: None, document: None }
    }

    /// And URLs that were found.
    pub fn finding(mut self, found: Vec<New>) -> Self {
        self.found = found;
        self
    }

    /// And its original, with the key of a content that was written for it.
    pub fn storing(mut self, file: File, new_blob: Option<String>) -> Self {
        self.original = Some((file, new_blob));
        self
    }

    /// And the document that it became.
    pub fn becoming(mut self, document_id: String) -> Self {
        self.document = Some(document_id);
        self
    }
}

/// Skipped items do not count towards a source's page limit, but there is an end to them too.
const SKIPPED_PER_PAGE: i64 = 10;

impl RunWork {
    /// Writes a change, if the run is still this worker's.
    pub(super) async fn write(&self, change: Change) -> Result<(), Stop> {
        let Change { mut item, found, original, document } = change;
        item.updated_at = self.store.now();
        let mut transaction = self.begin().await?;
        if let Some((file, new_blob)) = original {
            if let Some(key) = new_blob {
                self.store.keep_blob(&mut transaction, &key).await?;
            }
            self.store.save_file(&mut transaction, &file).await?;
        }
        if let Some(document_id) = document {
            let link = Link { item_id: Some(item.id.clone()), file_id: item.file_id.clone() };
            self.store.link_document(&mut transaction, &document_id, &link).await?;
        }
        self.store.update_item(&mut transaction, &item).await?;
        if !found.is_empty() {
            let max_pages = self.source.limits.max_pages;
            let (mut pages, mut all) = self.store.discovered_so_far(&mut transaction, &self.run.id).await?;
            for new in found.iter().filter(|new| new.depth <= self.source.limits.max_depth) {
                if pages >= max_pages || all >= max_pages.saturating_mul(SKIPPED_PER_PAGE) + SKIPPED_PER_PAGE
                {
                    break;
                }
                if self.store.discover(&mut transaction, &self.new_item(new)).await? {
                    pages += 1;
                    all += 1;
                }
            }
        }
        transaction.commit().await?;
        Ok(())
    }
}
