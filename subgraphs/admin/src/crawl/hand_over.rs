//! The second half of an item's way: from the NAS to common.

use super::change::Change;
use super::document::{self, Reading};
use super::run::{RunWork, Stop};
use super::text;
use crate::common_client::Handed;
use crate::store::items::{Item, ItemReason, ItemState};

impl RunWork {
    /// Hands a stored item to common and writes what comes of it. At least once: after a kill in between it is handed over
    /// again under the same key, and common carries it out once.
    pub(super) async fn hand_over(&self, item: Item) -> Result<(), Stop> {
        let file = match &item.file_id {
            Some(id) => self.store.file(id).await?,
            None => None,
        };
        let Some(file) = file.filter(|file| !file.purging) else {
            let item =
                item.ended(ItemState::Failed, ItemReason::Unreadable).because("the original was removed");
            return self.write(Change::of(item)).await;
        };
        let document = match document::read(&self.store, &self.source, &item, &file).await? {
            Reading::Document(document) => document,
            Reading::FileOnly => return self.write(Change::of(done(item))).await,
            Reading::Unreadable => {
                return self.write(Change::of(item.ended(ItemState::Failed, ItemReason::Unreadable))).await;
            }
        };
        let key = document::key(&self.source, &item, &document);
        match self.common.ingest(&document, &key).await {
            Ok(Handed::Taken { document_id }) => {
                let mut item = done(item);
                item.document_id = Some(document_id.clone());
                self.write(Change::of(item).becoming(document_id)).await
            }
            Ok(Handed::Deleted { document_id }) => {
                let mut item = item.ended(ItemState::Skipped, ItemReason::DocumentDeleted);
                item.document_id = Some(document_id);
                self.write(Change::of(item)).await
            }
            Ok(Handed::Conflict) => {
                self.write(Change::of(item.ended(ItemState::Failed, ItemReason::IdempotencyConflict))).await
            }
            Ok(Handed::Invalid(why)) => {
                let item = item
                    .ended(ItemState::Failed, ItemReason::InvalidDocument)
                    .because(text::shorten(&why, 500));
                self.write(Change::of(item)).await
            }
            Err(unavailable) => self.hand_over_later(item, &unavailable.0).await,
        }
    }

    async fn hand_over_later(&self, mut item: Item, why: &str) -> Result<(), Stop> {
        tracing::warn!(item = item.id, why, "common could not take a document in");
        item.attempts += 1;
        if item.attempts >= self.settings.handover_attempts {
            return self
                .write(Change::of(item.ended(ItemState::Failed, ItemReason::CommonUnavailable)))
                .await;
        }
        let wait = i64::try_from(self.backoff(item.attempts).as_micros()).unwrap_or(i64::MAX / 2);
        item.next_attempt_at = self.store.now() + wait;
        item.reason = Some(ItemReason::CommonUnavailable);
        self.write(Change::of(item)).await
    }
}

fn done(mut item: Item) -> Item {
    item.state = ItemState::Done;
    (item.reason, item.detail) = (None, None);
    item
}
