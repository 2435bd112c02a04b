//! The writer's interface over one pen a collection.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;

use super::fields::FIELDS;
use super::pen::{Change, Pen};
use super::{Embedded, blocking};
use crate::Result;
use crate::search::checked::refusal;
use crate::search::{
    Collection, FacetCount, Hit, IndexedDocument, Rebuild, SearchReader, SearchRequest, SearchResult,
    SearchWriter, TrendPoint, TrendRequest,
};

struct EmbeddedRebuild {
    pen: Arc<Pen>,
    generation: PathBuf,
}

#[async_trait]
impl SearchWriter for Embedded {
    async fn put(&self, documents: &[IndexedDocument]) -> Result<()> {
        let refused = documents.iter().find_map(|document| refusal(&document.id));
        let mut changes: BTreeMap<Collection, BTreeMap<String, Change>> = BTreeMap::new();
        for document in documents.iter().filter(|document| refusal(&document.id).is_none()) {
            let change = Change { version: document.version, document: FIELDS.document(document) };
            keep_newest(changes.entry(document.collection).or_default(), &document.id, change);
        }
        self.write(changes).await?;
        refused.map_or(Ok(()), Err)
    }

    async fn remove(&self, documents: &[(Collection, String, i64)]) -> Result<()> {
        let mut changes: BTreeMap<Collection, BTreeMap<String, Change>> = BTreeMap::new();
        for (collection, id, version) in documents {
            let change = Change { version: *version, document: FIELDS.tombstone(id, *version) };
            keep_newest(changes.entry(*collection).or_default(), id, change);
        }
        self.write(changes).await
    }

    async fn begin_rebuild(&self, collection: Collection) -> Result<Box<dyn Rebuild>> {
        let pen = self.pen(collection);
        let opened = Arc::clone(&pen);
        let generation = blocking(move || opened.begin_rebuild()).await?;
        Ok(Box::new(EmbeddedRebuild { pen, generation }))
    }
}

impl Embedded {
    async fn write(&self, changes: BTreeMap<Collection, BTreeMap<String, Change>>) -> Result<()> {
        let writes: Vec<_> =
            changes.into_iter().map(|(collection, changes)| (self.pen(collection), changes)).collect();
        blocking(move || writes.iter().try_for_each(|(pen, changes)| pen.write(changes))).await
    }

    fn pen(&self, collection: Collection) -> Arc<Pen> {
        Arc::clone(&self.pens[collection as usize])
    }
}

#[async_trait]
impl Rebuild for EmbeddedRebuild {
    async fn put(&mut self, documents: &[IndexedDocument]) -> Result<()> {
        let refused = documents.iter().find_map(|document| refusal(&document.id));
        let mut changes = BTreeMap::new();
        for document in documents.iter().filter(|document| refusal(&document.id).is_none()) {
            let change = Change { version: document.version, document: FIELDS.document(document) };
            keep_newest(&mut changes, &document.id, change);
        }
        let (pen, generation) = (Arc::clone(&self.pen), self.generation.clone());
        blocking(move || pen.write_rebuild(&generation, &changes)).await?;
        refused.map_or(Ok(()), Err)
    }

    async fn publish(self: Box<Self>) -> Result<()> {
        let (pen, generation) = (Arc::clone(&self.pen), self.generation.clone());
        blocking(move || pen.publish(&generation)).await
    }
}

impl Drop for EmbeddedRebuild {
    fn drop(&mut self) {
        self.pen.abandon(&self.generation);
    }
}

#[async_trait]
impl SearchReader for Embedded {
    async fn search(&self, request: &SearchRequest) -> Result<SearchResult> {
        self.reader.search(request).await
    }

    async fn suggest(&self, collections: &[Collection], prefix: &str, first: usize) -> Result<Vec<String>> {
        self.reader.suggest(collections, prefix, first).await
    }

    async fn similar(&self, id: &str, first: usize) -> Result<Vec<Hit>> {
        self.reader.similar(id, first).await
    }

    async fn trend(&self, request: &TrendRequest) -> Result<Vec<TrendPoint>> {
        self.reader.trend(request).await
    }

    async fn top_keywords(&self, request: &TrendRequest, first: usize) -> Result<Vec<FacetCount>> {
        self.reader.top_keywords(request, first).await
    }

    async fn versions(&self, ids: &[String]) -> Result<BTreeMap<String, i64>> {
        self.reader.versions(ids).await
    }

    async fn ping(&self) -> Result<()> {
        self.reader.ping().await
    }
}

/// Of several changes of one id in one write the one with the highest version counts; of equal ones the first.
fn keep_newest(changes: &mut BTreeMap<String, Change>, id: &str, change: Change) {
    if changes.get(id).is_none_or(|known| known.version < change.version) {
        changes.insert(id.to_owned(), change);
    }
}
