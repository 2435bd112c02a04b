//! Real stores of a test's own, which it may kill: a MariaDB with the four databases, a search engine, a NAS.

#![allow(dead_code, reason = "each test file uses a part of it")]

mod filling;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use stores::Result;
use stores::search::elasticsearch::{ElasticsearchReader, open_reader};
use stores::search::{Connection, SearchReader as _, SearchRequest};
use stores::sql::Database;
use tempfile::TempDir;
use test_servers::{Elasticsearch, MariaDb, Running as _, WebDav};

/// The four databases.
pub const DATABASES: [&str; 4] = ["auth", "document_meta", "crawl_info", "common"];

/// The stores. Dropped, they are gone.
pub struct RealStores {
    pub databases: MariaDb,
    pub engine: Elasticsearch,
    pub nas: WebDav,
    document_meta: Database,
    reader: ElasticsearchReader,
    _folder: TempDir,
}

/// Where the servers find them: at their own addresses, or behind proxies.
#[derive(Clone, Debug)]
pub struct Places {
    /// Ports by the databases' names.
    pub databases: BTreeMap<&'static str, u16>,
    /// The search engine's URL.
    pub search: String,
    /// The URL of a WebDAV folder.
    pub nas: String,
}

impl RealStores {
    /// Starts the servers, with four empty databases. Inside a runtime with several threads.
    pub async fn start() -> RealStores {
        let folder = tempfile::tempdir().unwrap();
        let (databases, engine, nas) = tokio::task::block_in_place(|| {
            let at = folder.path();
            (MariaDb::start(at).unwrap(), Elasticsearch::start(at).unwrap(), WebDav::start(at).unwrap())
        });
        let server = Database::open_mysql("tests", &format!("{}/mysql", databases.url()), None).unwrap();
        for name in DATABASES {
            server.execute(&format!("CREATE DATABASE {name}"), &[]).await.unwrap();
        }
        server.close().await;
        let url = url("document_meta", databases.port());
        let document_meta = Database::open_mysql("document_meta", &url, None).unwrap();
        let connection = Connection { urls: vec![engine.url()], ..Connection::default() };
        let reader = open_reader(&connection).unwrap();
        RealStores { databases, engine, nas, document_meta, reader, _folder: folder }
    }

    /// At their own addresses.
    pub fn places(&self) -> Places {
        Places {
            databases: DATABASES.map(|name| (name, self.databases.port())).into(),
            search: self.engine.url(),
            nas: self.nas.url(),
        }
    }

    /// By server, its settings under `stores`.
    pub fn settings(&self, places: &Places) -> BTreeMap<&'static str, Value> {
        let database = |name: &str| json!({ "url": url(name, places.databases[name]) });
        let search = json!({ "urls": places.search });
        let nas = json!({ "webdav": { "url": places.nas } });
        [
            ("auth", json!({ "auth": database("auth") })),
            ("admin", json!({ "crawl_info": database("crawl_info"), "nas": nas })),
            ("document", json!({ "document_meta": database("document_meta"), "search": search })),
            (
                "common",
                json!({
                    "document_meta": database("document_meta"), "common": database("common"), "search": search,
                }),
            ),
        ]
        .into()
    }

    /// Fills them with the sample data; `data` is for what says so.
    pub async fn seed(&self, data: &Path, documents: u64) {
        filling::seed(&self.settings(&self.places()), data, documents).await;
    }

    /// What they say that they are.
    pub fn versions(&self) -> String {
        let versions = [self.databases.version(), self.engine.version(), self.nas.version()];
        versions.map(|version| version.unwrap()).join(", ")
    }

    /// The database of the documents, past all proxies.
    pub fn document_meta(&self) -> &Database {
        &self.document_meta
    }

    /// How many documents the indexes have; nothing while they cannot be asked.
    pub async fn indexed(&self) -> Option<u64> {
        self.reader.search(&SearchRequest::default()).await.ok().map(|found| found.total)
    }

    /// The version under which the indexes have a document.
    pub async fn indexed_version(&self, id: &str) -> Option<i64> {
        self.reader.versions(&[id.to_owned()]).await.ok()?.get(id).copied()
    }

    /// Whether the indexes have exactly the documents of the database, each at its version.
    pub async fn is_index_equal(&self) -> Result<bool> {
        let sql = "SELECT id, version FROM documents WHERE deleted_at IS NULL";
        let rows = self.document_meta.query(sql, &[]).await?;
        let rows: BTreeMap<String, i64> =
            rows.iter().map(|row| Ok((row.text("id")?, row.int("version")?))).collect::<Result<_>>()?;
        if self.reader.search(&SearchRequest::default()).await?.total != rows.len() as u64 {
            return Ok(false);
        }
        let ids: Vec<String> = rows.keys().cloned().collect();
        Ok(self.reader.versions(&ids).await? == rows)
    }
}

fn url(database: &str, port: u16) -> String {
    format!("mysql://root@127.0.0.1:{port}/{database}")
}
