//! The index of one collection as searches see it: always the newest commit of the newest generation, whoever wrote it.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use tantivy::{Index, IndexReader, ReloadPolicy, Searcher};

use super::fields::register_tokenizer;
use super::generation::Generations;
use super::{sorted, unavailable};
use crate::Result;
use crate::search::Collection;

/// A generation or its files can be replaced between looking and opening.
const ATTEMPTS: usize = 3;

pub(super) struct Shelf {
    pub collection: Collection,
    pub generations: Generations,
    open: Mutex<Option<Open>>,
}

struct Open {
    generation: PathBuf,
    stamp: Stamp,
    reader: IndexReader,
}

/// What changes with every commit: the index's list of segments is replaced as a file.
#[derive(PartialEq, Eq)]
struct Stamp {
    modified: SystemTime,
    length: u64,
    inode: u64,
}

impl Shelf {
    pub(super) fn new(folder: &Path, collection: Collection) -> Self {
        let generations = Generations::new(folder.join(collection.name()));
        Self { collection, generations, open: Mutex::default() }
    }

    /// A view of the newest commit that stays as it is; `Unavailable` while there is no index yet.
    pub(super) fn searcher(&self) -> Result<Searcher> {
        let mut attempt = 1;
        loop {
            match self.newest() {
                Err(error) if attempt == ATTEMPTS => return Err(error),
                Err(_) => attempt += 1,
                Ok(searcher) => return Ok(searcher),
            }
        }
    }

    fn newest(&self) -> Result<Searcher> {
        let name = self.collection.name();
        let generation = self.generations.current().map_err(|error| unavailable(name, &error))?;
        let generation = generation.ok_or_else(|| unavailable(name, &"there is no index yet"))?;
        let stamp = Stamp::of(&generation).map_err(|error| unavailable(name, &error))?;
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        match open.as_mut() {
            Some(open) if open.generation == generation && open.stamp == stamp => {}
            Some(open) if open.generation == generation => {
                open.reader.reload().map_err(|error| sorted(name, error))?;
                open.stamp = stamp;
            }
            _ => {
                let reader = reader(&generation).map_err(|error| sorted(name, error))?;
                *open = Some(Open { generation, stamp, reader });
            }
        }
        match open.as_ref() {
            Some(open) => Ok(open.reader.searcher()),
            None => Err(unavailable(name, &"the index is not open")),
        }
    }
}

impl Stamp {
    fn of(generation: &Path) -> std::io::Result<Self> {
        let metadata = std::fs::metadata(generation.join("meta.json"))?;
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(&metadata);
        #[cfg(not(unix))]
        let inode = 0;
        Ok(Self { modified: metadata.modified()?, length: metadata.len(), inode })
    }
}

fn reader(generation: &Path) -> tantivy::Result<IndexReader> {
    let index = Index::open_in_dir(generation)?;
    register_tokenizer(&index);
    index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()
}
