//! The search indexes of one test: one that writes, and one that reads as another process would.

use std::path::Path;
use std::sync::Arc;

use stores::search::{SearchReader, SearchWriter, elasticsearch, embedded, open_reader};

use crate::SearchServer;

/// The search indexes of one test.
pub struct TestSearch {
    /// As the document server has them.
    pub reader: Arc<dyn SearchReader>,
    /// As the common server has them.
    pub writer: Arc<dyn SearchWriter>,
    _server: Option<SearchServer>,
}

pub(crate) fn embedded(folder: &Path) -> TestSearch {
    match embedded::open_writer(folder).and_then(|writer| Ok((writer, open_reader(None, folder)?))) {
        Ok((writer, reader)) => TestSearch { reader, writer: Arc::new(writer), _server: None },
        Err(error) => panic!("opening search indexes: {error}"),
    }
}

pub(crate) async fn on(server: SearchServer) -> TestSearch {
    let connection = server.connection();
    let opened = async {
        let writer = elasticsearch::open_writer(connection)?;
        writer.prepare().await?;
        Ok::<_, stores::StoreError>((Arc::new(writer), Arc::new(elasticsearch::open_reader(connection)?)))
    };
    match opened.await {
        Ok((writer, reader)) => TestSearch { reader, writer, _server: Some(server) },
        Err(error) => panic!("opening search indexes: {error}"),
    }
}
