//! The search indexes of one test: one that writes, and one that reads as another process would.

use std::path::Path;
use std::sync::Arc;

use stores::search::embedded::{open_reader, open_writer};
use stores::search::{SearchReader, SearchWriter};

/// The search indexes of one test.
pub struct TestSearch {
    /// As the document server has them.
    pub reader: Arc<dyn SearchReader>,
    /// As the common server has them.
    pub writer: Arc<dyn SearchWriter>,
}

pub(crate) fn embedded(folder: &Path) -> TestSearch {
    let opened = open_writer(folder).and_then(|writer| Ok((writer, open_reader(folder)?)));
    match opened {
        Ok((writer, reader)) => TestSearch { reader: Arc::new(reader), writer: Arc::new(writer) },
        Err(error) => panic!("opening search indexes: {error}"),
    }
}
