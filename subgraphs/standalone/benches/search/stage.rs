//! What is measured: the servers as processes, on databases and indexes of their own on the shared servers.

use anyhow::Result;
use serde_json::json;
use stores::sql::Database;
use test_servers::{elasticsearch, mariadb, shared};
use test_stores::{Kind, SearchServer, TestStores};

use crate::empty_stores;
use crate::processes::{Processes, Setup};

/// Everything that runs. Dropped in this order.
pub struct Stage {
    pub processes: Processes,
    pub document_meta: Database,
    pub search: SearchServer,
    _stores: TestStores,
}

impl Stage {
    /// Starts the servers with everything but documents. The environment says where MySQL and the engine are.
    pub async fn start() -> Result<Self> {
        let (stores, search) = (TestStores::of(Kind::Real), SearchServer::named(elasticsearch::VARIABLE));
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data");
        let auth = json!({ "auth": stores.database_settings("auth").await });
        let document_meta = stores.database_settings("document_meta").await;
        let common = stores.database_settings("common").await;
        let crawl_info = stores.database_settings("crawl_info").await;
        let settings = [
            ("auth", auth),
            ("admin", json!({ "crawl_info": crawl_info, "nas": { "folder": data.join("nas") } })),
            ("document", json!({ "document_meta": document_meta, "search": search.settings() })),
            (
                "common",
                json!({ "document_meta": document_meta, "common": common, "search": search.settings() }),
            ),
        ]
        .into();
        empty_stores::seed(&settings, &data, 0).await;
        let processes = Processes::start_on(folder, Setup { stores: settings, ..Setup::default() }).await;
        let document_meta = stores.database("document_meta").await;
        Ok(Self { processes, document_meta, search, _stores: stores })
    }

    /// What the servers say that they are.
    pub fn versions(&self) -> Result<String> {
        let database = mariadb::version(&shared(mariadb::VARIABLE)?)?;
        Ok(format!("{}, {database}", test_servers::search_engine_version(&shared(elasticsearch::VARIABLE)?)?))
    }

    /// A token of an operator.
    pub async fn operator(&self) -> String {
        self.processes.token("operator", "operator-demo").await
    }
}
