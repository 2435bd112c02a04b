//! The writer's interface.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures::future::join_all;
use tokio::sync::{Mutex as AsyncMutex, RwLock};

use super::Elasticsearch;
use super::bulk::{self, Item, Outcome, Visible};
use super::client::unavailable;
use super::documents::{document, tombstone};
use super::indices::{Indices, over};
use super::names::Names;
use crate::search::checked::refusal;
use crate::search::{
    Collection, FacetCount, Hit, IndexedDocument, Rebuild, SearchReader, SearchRequest, SearchResult,
    SearchWriter, TrendPoint, TrendRequest,
};
use crate::{Result, StoreError};

/// How often the indexes are tried to be made while the engine is down.
const AGAIN: Duration = Duration::from_secs(1);

/// Searches that began before an index was replaced are over by then.
const OLD_INDEX_STAYS: Duration = Duration::from_secs(5);

pub(super) struct Writer {
    indices: Indices,
    parts: [Part; 3],
}

/// What is kept of one index: none waits for another.
#[derive(Default)]
struct Part {
    is_prepared: AtomicBool,
    preparing: AsyncMutex<()>,
    /// Held for reading by a write, for writing while a rebuild begins or takes over.
    takeover: RwLock<()>,
    rebuild: Mutex<Rebuilding>,
}

/// Whether a rebuild is under way in this process.
#[derive(Clone, Default)]
enum Rebuilding {
    #[default]
    No,
    /// Its index is being made.
    Begun,
    /// This is its index.
    Into(String),
}

struct ElasticsearchRebuild {
    writer: Arc<Writer>,
    collection: Collection,
    index: String,
    /// Once publishing has begun its index may serve, whatever is heard of it.
    is_publishing: bool,
}

impl Writer {
    pub(super) fn new(indices: Indices) -> Self {
        Self { indices, parts: Default::default() }
    }

    fn part(&self, collection: Collection) -> &Part {
        &self.parts[collection as usize]
    }

    /// Makes the indexes as soon as the engine is there.
    pub(super) fn prepare_in_background(writer: &Arc<Self>) {
        let writer = Arc::downgrade(writer);
        tokio::spawn(async move {
            while let Some(writer) = writer.upgrade() {
                match writer.prepare().await {
                    Ok(()) => return,
                    Err(error) => tracing::debug!(%error, "the search indexes could not be made yet"),
                }
                drop(writer);
                tokio::time::sleep(AGAIN).await;
            }
        });
    }

    /// Makes the indexes that are not there; fails if that of one does, after the others are made.
    pub(super) async fn prepare(&self) -> Result<()> {
        let prepared = Collection::ALL.map(|collection| self.prepare_one(collection));
        join_all(prepared).await.into_iter().collect()
    }

    async fn prepare_one(&self, collection: Collection) -> Result<()> {
        let part = self.part(collection);
        let _one = part.preparing.lock().await;
        if !part.is_prepared.load(Ordering::Acquire) {
            self.indices.ensure(collection).await?;
            part.is_prepared.store(true, Ordering::Release);
        }
        Ok(())
    }

    /// Writes each collection's changes by themselves; fails if one cannot be written, after the others are.
    async fn write(&self, changes: Vec<Change>) -> Result<()> {
        let mut outcome = Ok(());
        for collection in Collection::ALL {
            let own: Vec<&Change> = changes.iter().filter(|change| change.collection == collection).collect();
            if !own.is_empty() {
                outcome = outcome.and(self.write_one(collection, &own).await);
            }
        }
        outcome
    }

    /// Writes to what serves and to a rebuild under way. An index that somebody removed is made anew, once.
    async fn write_one(&self, collection: Collection, changes: &[&Change]) -> Result<()> {
        let part = self.part(collection);
        for _ in 0..2 {
            if !part.is_prepared.load(Ordering::Acquire) {
                self.prepare_one(collection).await?;
            }
            let _serving = part.takeover.read().await;
            let items = self.items(part, changes);
            match bulk::write(&self.indices.client, &items, Visible::AtOnce).await? {
                Outcome::Done => return Ok(()),
                Outcome::NoIndex => part.is_prepared.store(false, Ordering::Release),
            }
        }
        Err(unavailable(collection.name(), &"the index is gone"))
    }

    fn items(&self, part: &Part, changes: &[&Change]) -> Vec<Item> {
        let rebuilding = part.rebuilding().clone();
        let mut items = Vec::with_capacity(changes.len());
        for change in changes {
            items.push(change.item(self.indices.names.alias(change.collection), false));
            if let Rebuilding::Into(index) = &rebuilding {
                items.push(change.item(Names::rebuild_alias(index), true));
            }
        }
        items
    }

    async fn begin(&self, collection: Collection) -> Result<String> {
        self.prepare_one(collection).await?;
        let index = self.indices.begin(collection).await?;
        let part = self.part(collection);
        let _nobody_writes = part.takeover.write().await;
        *part.rebuilding() = Rebuilding::Into(index.clone());
        Ok(index)
    }
}

impl Part {
    fn rebuilding(&self) -> MutexGuard<'_, Rebuilding> {
        self.rebuild.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a rebuild may begin; from then on none may until this one is over.
    fn reserve(&self) -> bool {
        let mut rebuilding = self.rebuilding();
        let is_free = matches!(*rebuilding, Rebuilding::No);
        if is_free {
            *rebuilding = Rebuilding::Begun;
        }
        is_free
    }
}

/// What is to stand for an id.
struct Change {
    collection: Collection,
    id: String,
    version: i64,
    source: serde_json::Value,
}

impl Change {
    fn item(&self, alias: String, may_be_gone: bool) -> Item {
        let (collection, id, source) = (self.collection, self.id.clone(), self.source.clone());
        Item { collection, alias, may_be_gone, id, version: self.version, source }
    }
}

#[async_trait]
impl SearchWriter for Elasticsearch {
    async fn put(&self, documents: &[IndexedDocument]) -> Result<()> {
        let refused = documents.iter().find_map(|document| refusal(&document.id));
        let fine = documents.iter().filter(|document| refusal(&document.id).is_none());
        let change = |source: &IndexedDocument| Change {
            collection: source.collection,
            id: source.id.clone(),
            version: source.version,
            source: document(source),
        };
        self.writer.write(fine.map(change).collect()).await?;
        refused.map_or(Ok(()), Err)
    }

    async fn remove(&self, documents: &[(Collection, String, i64)]) -> Result<()> {
        // What cannot be put is not there.
        let fine = documents.iter().filter(|(_, id, _)| refusal(id).is_none());
        let change = |(collection, id, version): &(Collection, String, i64)| Change {
            collection: *collection,
            id: id.clone(),
            version: *version,
            source: tombstone(*collection, id, *version),
        };
        self.writer.write(fine.map(change).collect()).await
    }

    async fn begin_rebuild(&self, collection: Collection) -> Result<Box<dyn Rebuild>> {
        let writer = Arc::clone(&self.writer);
        if !writer.part(collection).reserve() {
            let constraint = format!("a rebuild of {}", collection.name());
            return Err(StoreError::AlreadyExists { constraint });
        }
        match writer.begin(collection).await {
            Ok(index) => {
                Ok(Box::new(ElasticsearchRebuild { writer, collection, index, is_publishing: false }))
            }
            Err(error) => {
                *writer.part(collection).rebuilding() = Rebuilding::No;
                Err(error)
            }
        }
    }
}

#[async_trait]
impl Rebuild for ElasticsearchRebuild {
    async fn put(&mut self, documents: &[IndexedDocument]) -> Result<()> {
        let (collection, alias) = (self.collection, Names::rebuild_alias(&self.index));
        let refused = documents.iter().find_map(|document| refusal(&document.id));
        let fine = documents.iter().filter(|document| refusal(&document.id).is_none());
        let item = |source: &IndexedDocument| {
            let (id, version, alias) = (source.id.clone(), source.version, alias.clone());
            Item { collection, alias, may_be_gone: false, id, version, source: document(source) }
        };
        let items: Vec<Item> = fine.map(item).collect();
        match bulk::write(&self.writer.indices.client, &items, Visible::Later).await? {
            Outcome::Done => refused.map_or(Ok(()), Err),
            Outcome::NoIndex => Err(over()),
        }
    }

    async fn publish(mut self: Box<Self>) -> Result<()> {
        let writer = Arc::clone(&self.writer);
        writer.indices.finish(self.collection, &self.index).await?;
        let _nobody_writes = writer.part(self.collection).takeover.write().await;
        self.is_publishing = true;
        let before = writer.indices.switch(self.collection, &self.index).await?;
        for old in before {
            tokio::spawn(delete_later(Arc::clone(&writer), self.collection, old, OLD_INDEX_STAYS));
        }
        Ok(())
    }
}

impl Drop for ElasticsearchRebuild {
    fn drop(&mut self) {
        *self.writer.part(self.collection).rebuilding() = Rebuilding::No;
        if let (false, Ok(runtime)) = (self.is_publishing, tokio::runtime::Handle::try_current()) {
            let (writer, index) = (Arc::clone(&self.writer), self.index.clone());
            runtime.spawn(delete_later(writer, self.collection, index, Duration::ZERO));
        }
    }
}

/// What is not removed here, because the process ends or the engine is down, is removed when the next rebuild begins.
async fn delete_later(writer: Arc<Writer>, collection: Collection, index: String, wait: Duration) {
    tokio::time::sleep(wait).await;
    if let Err(error) = writer.indices.delete(collection, &index).await {
        tracing::warn!(%error, index, "an old index stays until the next rebuild");
    }
}

#[async_trait]
impl SearchReader for Elasticsearch {
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
