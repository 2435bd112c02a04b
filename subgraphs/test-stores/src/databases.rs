//! The databases of one test on a shared MySQL server.

use std::collections::BTreeMap;

use stores::params;
use stores::sql::Database;
use test_servers::{mariadb, shared};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::elsewhere;

/// The databases that a test has used, by the name that it calls them: the names on the server. Dropped with this.
#[derive(Default)]
pub(crate) struct Databases(Mutex<BTreeMap<String, String>>);

impl Databases {
    /// The URL of a database, made empty at first use.
    pub(crate) async fn url(&self, name: &str) -> String {
        let mut made = self.0.lock().await;
        if !made.contains_key(name) {
            let on_server = format!("knlab_test_{}_{name}", Uuid::new_v4().simple());
            // With any collation: the migrations see to the right one.
            let made_it = make(&on_server).await;
            made_it.unwrap_or_else(|error| panic!("making the database {name}: {error}"));
            made.insert(name.to_owned(), on_server);
        }
        url(&made[name])
    }
}

impl Drop for Databases {
    fn drop(&mut self) {
        let made: Vec<String> = self.0.get_mut().values().cloned().collect();
        if made.is_empty() {
            return;
        }
        let removed = elsewhere::wait(async move { remove(&made).await.map_err(|error| error.to_string()) });
        if let Err(error) = removed {
            eprintln!("a test leaves a database behind: {error}");
        }
    }
}

fn url(database: &str) -> String {
    let server = shared(mariadb::VARIABLE).unwrap_or_else(|error| panic!("{error}"));
    format!("{}/{database}", server.trim_end_matches('/'))
}

/// With any collation: the migrations see to the right one.
async fn make(database: &str) -> stores::Result<()> {
    let server = Database::open_mysql("tests", &url("mysql"), None)?;
    server.execute(&format!("CREATE DATABASE {database} CHARACTER SET latin1"), &[]).await?;
    server.close().await;
    Ok(())
}

/// Cuts the connections first: what the test's runtime has not ended holds locks, and the runtime waits for us.
async fn remove(databases: &[String]) -> stores::Result<()> {
    let server = Database::open_mysql("tests", &url("mysql"), None)?;
    for database in databases {
        let connections = "SELECT id FROM information_schema.processlist WHERE db = ?";
        for connection in server.query(connections, params![database]).await? {
            // It may just have ended by itself.
            let _ = server.execute(&format!("KILL {}", connection.int("id")?), &[]).await;
        }
        server.execute(&format!("DROP DATABASE IF EXISTS {database}"), &[]).await?;
    }
    server.close().await;
    Ok(())
}
