//! Writing one collection: versions decide what is written, every write is committed, rebuilds grow beside what serves.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, Term};

use super::fields::{FIELDS, register_tokenizer};
use super::shelf::Shelf;
use super::standing::{removals, standing};
use super::{sorted, unavailable};
use crate::{Result, StoreError};

/// Memory for what is written between two commits.
const ARENA: usize = 30 * 1024 * 1024;

/// What is to stand for an id: a document or a tombstone, and since which version.
pub(super) struct Change {
    pub version: i64,
    pub document: TantivyDocument,
}

/// The only one who writes a collection.
pub(super) struct Pen {
    shelf: Arc<Shelf>,
    state: Mutex<State>,
    /// Held for the lock on it.
    _lock: File,
}

struct State {
    /// Dropped after a failure, so that the next write opens it anew.
    serving: Option<Target>,
    rebuild: Option<Target>,
}

/// An index that is written.
struct Target {
    generation: PathBuf,
    writer: IndexWriter,
    reader: IndexReader,
}

impl Pen {
    /// Opens what serves, or begins an empty index; `Unavailable` while another process writes.
    pub(super) fn open(shelf: Arc<Shelf>) -> Result<Self> {
        let lock = shelf.generations.lock().map_err(|error| unavailable(shelf.collection.name(), &error))?;
        let pen = Self { shelf, state: Mutex::new(State { serving: None, rebuild: None }), _lock: lock };
        let serving = pen.open_serving()?;
        pen.shelf.generations.remove_others(&serving.generation);
        pen.lock().serving = Some(serving);
        Ok(pen)
    }

    /// Writes what is newer than what stands there, to what serves and to a rebuild under way.
    pub(super) fn write(&self, changes: &BTreeMap<String, Change>) -> Result<()> {
        let mut state = self.lock();
        let mut serving = match state.serving.take() {
            Some(serving) => serving,
            None => self.open_serving()?,
        };
        serving.apply(changes).map_err(|error| self.failed(error))?;
        state.serving = Some(serving);
        match &mut state.rebuild {
            Some(rebuild) => rebuild.apply(changes).map_err(|error| self.failed(error)),
            None => Ok(()),
        }
    }

    /// Begins an empty index beside the one that serves; its folder is the rebuild's name.
    pub(super) fn begin_rebuild(&self) -> Result<PathBuf> {
        let mut state = self.lock();
        if state.rebuild.is_some() {
            return Err(StoreError::AlreadyExists { constraint: format!("a rebuild of {}", self.name()) });
        }
        let rebuild = self.create()?;
        let generation = rebuild.generation.clone();
        state.rebuild = Some(rebuild);
        Ok(generation)
    }

    pub(super) fn write_rebuild(&self, generation: &Path, changes: &BTreeMap<String, Change>) -> Result<()> {
        let mut state = self.lock();
        let rebuild = state.rebuild.as_mut().filter(|rebuild| rebuild.generation == generation);
        let rebuild = rebuild.ok_or_else(|| StoreError::Internal("this rebuild is over".to_owned()))?;
        rebuild.apply(changes).map_err(|error| self.failed(error))
    }

    /// Lets the rebuild serve. What was written meanwhile is in it already; removals from before it are taken along, so that
    /// a late older write does not bring a removed document back.
    pub(super) fn publish(&self, generation: &Path) -> Result<()> {
        let mut state = self.lock();
        let rebuild = state.rebuild.take().filter(|rebuild| rebuild.generation == generation);
        let mut rebuild = rebuild.ok_or_else(|| StoreError::Internal("this rebuild is over".to_owned()))?;
        let removed = removals(&self.shelf.searcher()?).map_err(|error| self.failed(error))?;
        let tombstone = |(id, version): (String, i64)| {
            let document = FIELDS.tombstone(&id, version);
            (id, Change { version, document })
        };
        rebuild.apply(&removed.into_iter().map(tombstone).collect()).map_err(|error| self.failed(error))?;
        self.shelf.generations.publish(generation).map_err(|error| unavailable(self.name(), &error))?;
        state.serving = Some(rebuild);
        self.shelf.generations.remove_others(generation);
        Ok(())
    }

    /// Gives up a rebuild that was not published.
    pub(super) fn abandon(&self, generation: &Path) {
        let mut state = self.lock();
        if state.rebuild.as_ref().is_some_and(|rebuild| rebuild.generation == generation) {
            state.rebuild = None;
            if let Some(serving) = &state.serving {
                self.shelf.generations.remove_others(&serving.generation);
            }
        }
    }

    fn open_serving(&self) -> Result<Target> {
        let current = self.shelf.generations.current().map_err(|error| unavailable(self.name(), &error))?;
        if let Some(generation) = current.filter(|generation| generation.join("meta.json").exists()) {
            let index = Index::open_in_dir(&generation).map_err(|error| self.failed(error))?;
            if index.schema() == FIELDS.schema {
                return Target::open(generation, index).map_err(|error| self.failed(error));
            }
            tracing::warn!(
                index = self.name(),
                "the index has other fields than this version writes: reindex it"
            );
        }
        let target = self.create()?;
        self.shelf
            .generations
            .publish(&target.generation)
            .map_err(|error| unavailable(self.name(), &error))?;
        Ok(target)
    }

    fn create(&self) -> Result<Target> {
        let generation = self.shelf.generations.create().map_err(|error| unavailable(self.name(), &error))?;
        let index =
            Index::create_in_dir(&generation, FIELDS.schema.clone()).map_err(|error| self.failed(error))?;
        Target::open(generation, index).map_err(|error| self.failed(error))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn name(&self) -> &'static str {
        self.shelf.collection.name()
    }

    fn failed(&self, error: tantivy::TantivyError) -> StoreError {
        sorted(self.name(), error)
    }
}

impl Target {
    fn open(generation: PathBuf, index: Index) -> tantivy::Result<Self> {
        register_tokenizer(&index);
        let writer = index.writer_with_num_threads(1, ARENA)?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self { generation, writer, reader })
    }

    fn apply(&mut self, changes: &BTreeMap<String, Change>) -> tantivy::Result<()> {
        let searcher = self.reader.searcher();
        let mut is_changed = false;
        for (id, change) in changes {
            if standing(&searcher, id)?.is_none_or(|standing| standing.version < change.version) {
                self.writer.delete_term(Term::from_field_text(FIELDS.id, id));
                self.writer.add_document(change.document.clone())?;
                is_changed = true;
            }
        }
        if is_changed {
            self.writer.commit()?;
            self.reader.reload()?;
        }
        Ok(())
    }
}
