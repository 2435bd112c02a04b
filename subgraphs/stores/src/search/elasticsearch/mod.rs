//! Elasticsearch (7.10, 8, 9) and OpenSearch (2, 3) as the search engine.
//!
//! One index a collection, behind an alias: `<prefix>politica` names `<prefix>politica-<generation>`. Only calls that all of
//! these versions have are used. The reader needs the right to read behind the three aliases and nothing else; the writer makes
//! the indexes when they are not there, and goes on trying while the engine is down.
//!
//! Versions are the engine's external versions, so that an older write never wins, whoever sends it. A removed document stays
//! as a tombstone (its id, the version of its removal, no text) that searches leave out: the engine itself forgets the version
//! of a deleted document after `index.gc_deletes` (a minute), and a late older write would bring it back.

mod bulk;
mod client;
mod documents;
mod facets;
mod indices;
mod names;
mod page;
mod query;
mod reading;
mod similar;
mod standing;
mod suggest;
mod trend;
mod writing;

use std::sync::Arc;

use self::client::Client;
use self::indices::Indices;
use self::names::Names;
use self::writing::Writer;
use crate::Result;

pub use super::Connection;

/// Reads. Cheap to clone; all clones share their connections.
#[derive(Clone)]
pub struct ElasticsearchReader {
    client: Client,
    names: Arc<Names>,
}

/// Reads and writes.
#[derive(Clone)]
pub struct Elasticsearch {
    reader: ElasticsearchReader,
    writer: Arc<Writer>,
}

/// A reader on the indexes of this prefix. The engine need not be there yet: calls are `Unavailable` until it is, and until
/// the writer has made the indexes. `InvalidName` if an address or the prefix cannot be used.
pub fn open_reader(connection: &Connection) -> Result<ElasticsearchReader> {
    let names = Arc::new(Names::new(&connection.prefix)?);
    let client = Client::new(connection, &names)?;
    Ok(ElasticsearchReader { client, names })
}

/// A writer, with a reader. Makes the indexes in the background as soon as the engine is there; call it inside a runtime.
/// `InvalidName` if an address or the prefix cannot be used.
pub fn open_writer(connection: &Connection) -> Result<Elasticsearch> {
    let reader = open_reader(connection)?;
    let indices = Indices::new(reader.client.clone(), Arc::clone(&reader.names));
    let writer = Arc::new(Writer::new(indices));
    Writer::prepare_in_background(&writer);
    Ok(Elasticsearch { reader, writer })
}

impl ElasticsearchReader {
    /// The path and the body with which the engine is asked a search, for measuring beside it. `InvalidName` for a cursor that
    /// cannot be read.
    pub fn as_sent(&self, request: &crate::search::SearchRequest) -> Result<(String, String)> {
        let text = page::text(request);
        let query = format!("allow_partial_search_results=false&preference={}", page::preference(text));
        let path = format!("/{}/_search?{query}", self.names.aliases(&request.collections));
        Ok((path, page::body(request)?.to_string()))
    }
}

impl Elasticsearch {
    /// Makes the indexes that are not there. Writing does this by itself.
    pub async fn prepare(&self) -> Result<()> {
        self.writer.prepare().await
    }
}
