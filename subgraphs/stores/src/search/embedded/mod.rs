//! The embedded search engine: one tantivy index a collection, in folders.
//!
//! One process writes ([`open_writer`]); any number of others read ([`open_reader`]) and see its commits with their next
//! search. A write returns when it is on disk and found.

mod fields;
mod generation;
mod page;
mod pen;
mod query;
mod reading;
mod shelf;
mod similar;
mod standing;
mod suggest;
mod trend;
mod writing;

use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;

use tantivy::TantivyError;

use self::pen::Pen;
use self::shelf::Shelf;
use super::Collection;
use crate::{Result, StoreError};

/// The indexes of a folder, for reading.
#[derive(Clone)]
pub struct EmbeddedReader {
    shelves: Arc<[Arc<Shelf>]>,
}

/// The indexes of a folder, for reading and writing. Only one process can hold it.
pub struct Embedded {
    reader: EmbeddedReader,
    pens: Vec<Arc<Pen>>,
}

/// Opens the indexes under a folder for writing, and makes those that are not there. `Unavailable` while another process
/// holds them.
pub fn open_writer(folder: &Path) -> Result<Embedded> {
    let reader = open_reader(folder)?;
    let pens = reader.shelves.iter().map(|shelf| Pen::open(Arc::clone(shelf)).map(Arc::new));
    let pens = pens.collect::<Result<Vec<_>>>()?;
    Ok(Embedded { reader, pens })
}

/// Opens the indexes under a folder for reading. Nothing needs to be there yet: searches are `Unavailable` until the writer
/// has made it.
pub fn open_reader(folder: &Path) -> Result<EmbeddedReader> {
    let shelves = Collection::ALL.iter().map(|collection| Arc::new(Shelf::new(folder, *collection)));
    Ok(EmbeddedReader { shelves: shelves.collect() })
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(StoreError::Internal(format!("search task: {error}"))))
}

fn sorted(store: &str, error: TantivyError) -> StoreError {
    match error {
        TantivyError::OpenDirectoryError(_)
        | TantivyError::OpenReadError(_)
        | TantivyError::OpenWriteError(_)
        | TantivyError::LockFailure(..)
        | TantivyError::IoError(_)
        | TantivyError::ErrorInThread(_)
        | TantivyError::SystemError(_) => unavailable(store, &error),
        other => StoreError::Internal(format!("index {store}: {other}")),
    }
}

fn unavailable(store: &str, detail: &dyn Display) -> StoreError {
    StoreError::Unavailable { store: store.to_owned(), detail: detail.to_string() }
}
