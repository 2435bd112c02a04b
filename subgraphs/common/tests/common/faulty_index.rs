//! A search index in memory that keeps count of what it is told and fails on command.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use stores::search::{
    Collection, FacetCount, Hit, IndexedDocument, Rebuild, SearchReader, SearchRequest, SearchResult,
    SearchWriter, TrendPoint, TrendRequest,
};
use stores::{Result, StoreError};

/// What happens to the next writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// The engine cannot be reached.
    Down,
    /// The engine takes the write but the answer is lost.
    AnswerLost,
    /// The call never comes back, and nothing was written.
    HangsBefore,
    /// The call never comes back, but everything was written.
    HangsAfter,
}

/// What stands in the index: the document, or a tombstone.
type Standing = BTreeMap<(Collection, String), (i64, Option<IndexedDocument>)>;

#[derive(Default)]
struct State {
    standing: Standing,
    faults: BTreeMap<Collection, Fault>,
    refused: BTreeSet<String>,
    writes: BTreeMap<(String, i64), usize>,
    hanging: usize,
}

impl State {
    fn fault(&self, collection: Collection) -> Fault {
        self.faults.get(&collection).copied().unwrap_or_default()
    }

    fn worst(&self) -> Fault {
        self.faults.values().copied().max().unwrap_or_default()
    }
}

/// The index. Clones share it.
#[derive(Clone, Default)]
pub struct FaultyIndex(Arc<Mutex<State>>);

impl FaultyIndex {
    /// Sets what happens to writes from now on.
    pub fn fail(&self, fault: Fault) {
        Collection::ALL.into_iter().for_each(|collection| self.fail_one(collection, fault));
    }

    /// Sets what happens from now on to writes that this collection has a part in.
    pub fn fail_one(&self, collection: Collection, fault: Fault) {
        self.0.lock().unwrap().faults.insert(collection, fault);
    }

    /// Refuses this document from now on, or nothing.
    pub fn refuse(&self, id: Option<&str>) {
        self.0.lock().unwrap().refused = id.map(str::to_owned).into_iter().collect();
    }

    /// How many calls never came back.
    pub fn hanging(&self) -> usize {
        self.0.lock().unwrap().hanging
    }

    /// The documents that are found, with their versions.
    pub fn found(&self) -> BTreeMap<String, i64> {
        let state = self.0.lock().unwrap();
        let live = state.standing.iter().filter(|(_, (_, document))| document.is_some());
        live.map(|((_, id), (version, _))| (id.clone(), *version)).collect()
    }

    /// A document as it stands in the index.
    pub fn get(&self, id: &str) -> Option<IndexedDocument> {
        let state = self.0.lock().unwrap();
        state
            .standing
            .values()
            .filter_map(|(_, document)| document.clone())
            .find(|document| document.id == id)
    }

    /// How often each document and version was sent.
    pub fn writes(&self) -> BTreeMap<(String, i64), usize> {
        self.0.lock().unwrap().writes.clone()
    }

    /// Loses a document, as a damaged index would.
    pub fn lose(&self, id: &str) {
        self.0.lock().unwrap().standing.retain(|(_, other), _| other != id);
    }

    async fn change(&self, changes: Vec<(Collection, String, i64, Option<IndexedDocument>)>) -> Result<()> {
        let fault = {
            let mut state = self.0.lock().unwrap();
            if changes.iter().any(|(_, id, ..)| state.refused.contains(id)) {
                return Err(StoreError::Internal("a document that cannot be indexed".into()));
            }
            let fault = changes.iter().map(|(collection, ..)| state.fault(*collection)).max();
            let fault = fault.unwrap_or_else(|| state.worst());
            if matches!(fault, Fault::None | Fault::AnswerLost | Fault::HangsAfter) {
                for (collection, id, version, document) in changes {
                    *state.writes.entry((id.clone(), version)).or_default() += 1;
                    apply(&mut state.standing, collection, id, version, document);
                }
            }
            fault
        };
        match fault {
            Fault::None => Ok(()),
            Fault::Down | Fault::AnswerLost => Err(down()),
            Fault::HangsBefore | Fault::HangsAfter => {
                self.0.lock().unwrap().hanging += 1;
                std::future::pending().await
            }
        }
    }
}

fn apply(
    standing: &mut Standing,
    collection: Collection,
    id: String,
    version: i64,
    document: Option<IndexedDocument>,
) {
    let key = (collection, id);
    if standing.get(&key).is_none_or(|(known, _)| *known < version) {
        standing.insert(key, (version, document));
    }
}

fn down() -> StoreError {
    StoreError::Unavailable { store: "search".into(), detail: "switched off at host search-1".into() }
}

#[async_trait]
impl SearchWriter for FaultyIndex {
    async fn put(&self, documents: &[IndexedDocument]) -> Result<()> {
        let change = |document: &IndexedDocument| {
            (document.collection, document.id.clone(), document.version, Some(document.clone()))
        };
        self.change(documents.iter().map(change).collect()).await
    }

    async fn remove(&self, documents: &[(Collection, String, i64)]) -> Result<()> {
        let change =
            |(collection, id, version): &(Collection, String, i64)| (*collection, id.clone(), *version, None);
        self.change(documents.iter().map(change).collect()).await
    }

    async fn begin_rebuild(&self, collection: Collection) -> Result<Box<dyn Rebuild>> {
        self.change(Vec::new()).await?;
        Ok(Box::new(Fresh { index: self.clone(), collection, standing: Standing::new() }))
    }
}

struct Fresh {
    index: FaultyIndex,
    collection: Collection,
    standing: Standing,
}

#[async_trait]
impl Rebuild for Fresh {
    async fn put(&mut self, documents: &[IndexedDocument]) -> Result<()> {
        self.index.change(Vec::new()).await?;
        for document in documents {
            let (id, version) = (document.id.clone(), document.version);
            apply(&mut self.standing, self.collection, id, version, Some(document.clone()));
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        Ok(())
    }

    async fn publish(self: Box<Self>) -> Result<()> {
        let mut state = self.index.0.lock().unwrap();
        state.standing.retain(|(collection, _), _| *collection != self.collection);
        state.standing.extend(self.standing);
        Ok(())
    }
}

#[async_trait]
impl SearchReader for FaultyIndex {
    async fn search(&self, _: &SearchRequest) -> Result<SearchResult> {
        Ok(SearchResult::default())
    }

    async fn suggest(&self, _: &[Collection], _: &str, _: usize) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    async fn similar(&self, _: &str, _: usize) -> Result<Vec<Hit>> {
        Ok(Vec::new())
    }

    async fn trend(&self, _: &TrendRequest) -> Result<Vec<TrendPoint>> {
        self.ping().await.map(|()| Vec::new())
    }

    async fn top_keywords(&self, _: &TrendRequest, _: usize) -> Result<Vec<FacetCount>> {
        self.ping().await.map(|()| Vec::new())
    }

    async fn versions(&self, ids: &[String]) -> Result<BTreeMap<String, i64>> {
        Ok(self.found().into_iter().filter(|(id, _)| ids.contains(id)).collect())
    }

    async fn ping(&self) -> Result<()> {
        let up = self.0.lock().unwrap().worst() == Fault::None;
        if up { Ok(()) } else { Err(down()) }
    }
}
