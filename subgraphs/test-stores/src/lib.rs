//! The stores of one test, private to it and removed when dropped: embedded ones, or ones on real servers with
//! `KNLAB_TEST_STORES=real`. The same suites run on both.
#![expect(clippy::panic, reason = "a test that gets no stores fails where it asks for them")]

mod databases;
mod elsewhere;
mod kind;
mod nas;
mod search;
mod search_server;

use std::path::Path;

use serde_json::{Value, json};
use stores::sql::Database;
use tempfile::TempDir;
use test_servers::elasticsearch;

use databases::Databases;

pub use kind::Kind;
pub use nas::TestNas;
pub use search::TestSearch;
pub use search_server::SearchServer;

/// The stores of one test.
pub struct TestStores {
    kind: Kind,
    databases: Databases,
    folder: TempDir,
}

impl TestStores {
    /// Of the kind that `KNLAB_TEST_STORES` names: `embedded`, also when it is not set, or `real`.
    pub fn new() -> Self {
        Self::of(Kind::of_environment())
    }

    /// Of this kind, whatever the environment says.
    pub fn of(kind: Kind) -> Self {
        match tempfile::tempdir() {
            Ok(folder) => Self { kind, databases: Databases::default(), folder },
            Err(error) => panic!("no folder for the stores of a test: {error}"),
        }
    }

    /// Which kind they are.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// A folder for whatever else the test keeps.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The database of this name, made empty at first use. A second call opens it once more, as another process would.
    pub async fn database(&self, name: &str) -> Database {
        let opened = match self.kind {
            Kind::Embedded => {
                Database::open_sqlite(name, &self.folder().join(format!("sql/{name}.sqlite"))).await
            }
            Kind::Real => Database::open_mysql(name, &self.database_url(name).await, None),
        };
        opened.unwrap_or_else(|error| panic!("opening the database {name}: {error}"))
    }

    /// Where the real database of this name is, made empty at first use, with the credentials of somebody who may do everything.
    pub async fn database_url(&self, name: &str) -> String {
        self.databases.url(name).await
    }

    /// What the settings of a server in a process of its own say under `stores.<name>`: null where databases are embedded.
    pub async fn database_settings(&self, name: &str) -> Value {
        match self.kind {
            Kind::Embedded => Value::Null,
            Kind::Real => json!({ "url": self.database_url(name).await }),
        }
    }

    /// The three search indexes, empty. To be called once: only one process may write embedded indexes. Real ones are on the
    /// engine that `KNLAB_TEST_ELASTICSEARCH_URL` names.
    pub async fn search(&self) -> TestSearch {
        match self.kind {
            Kind::Embedded => search::embedded(&self.folder().join("search")),
            Kind::Real => Self::search_on(elasticsearch::VARIABLE).await,
        }
    }

    /// The search engine, for processes that open it themselves; nothing where indexes are embedded.
    pub fn search_server(&self) -> Option<SearchServer> {
        (self.kind == Kind::Real).then(|| SearchServer::named(elasticsearch::VARIABLE))
    }
}

impl TestStores {
    /// The three search indexes, empty, on the engine that this environment variable names.
    pub async fn search_on(variable: &str) -> TestSearch {
        search::on(SearchServer::named(variable)).await
    }
}

impl Default for TestStores {
    fn default() -> Self {
        Self::new()
    }
}
