//! What is measured: a search engine of its own, and the servers as processes.

use std::path::Path;

use anyhow::Result;
use serde_json::json;
use standalone::stores_folder::OpenStores;
use stores::sql::Database;
use test_servers::{Elasticsearch, Running as _, elasticsearch};
use test_stores::SearchServer;

use crate::processes::{Processes, Setup};

/// What the databases are.
pub const DATABASES: &str = "SQLite";

/// Everything that runs. Dropped in this order.
pub struct Stage {
    pub processes: Processes,
    pub document_meta: Database,
    pub search: SearchServer,
    url: String,
    _engine: Option<Elasticsearch>,
    _engine_folder: tempfile::TempDir,
}

impl Stage {
    /// Starts an engine, unless the environment names one, and the servers with everything but documents.
    pub async fn start() -> Result<Self> {
        let engine_folder = tempfile::tempdir()?;
        let (engine, url) = match test_servers::shared(elasticsearch::VARIABLE) {
            Ok(url) => (None, url),
            Err(_) => {
                let engine = Elasticsearch::start(engine_folder.path())?;
                let url = engine.url();
                (Some(engine), url)
            }
        };
        let search = SearchServer::at(&url);
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data");
        let seeded = OpenStores::open(&data).await?;
        standalone::seeding::seed(&seeded, &data, 0).await?;
        drop(seeded);
        let stores = json!({ "search": search.settings() });
        let setup =
            Setup { stores: [("document", stores.clone()), ("common", stores)].into(), ..Setup::default() };
        let processes = Processes::start_on(folder, setup).await;
        let document_meta = open_database(&data).await?;
        Ok(Self { processes, document_meta, search, url, _engine: engine, _engine_folder: engine_folder })
    }

    /// What the engine says that it is.
    pub fn engine_version(&self) -> Result<String> {
        test_servers::search_engine_version(&self.url)
    }

    /// A token of an operator.
    pub async fn operator(&self) -> String {
        self.processes.token("operator", "operator-demo").await
    }
}

async fn open_database(data: &Path) -> Result<Database> {
    Ok(Database::open_sqlite("document_meta", &data.join("sql/document_meta.sqlite")).await?)
}
