//! The databases of one test on a shared MySQL server.

use std::collections::BTreeMap;

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
            let made_it = run(&[format!("CREATE DATABASE {on_server} CHARACTER SET latin1")]).await;
            made_it.unwrap_or_else(|error| panic!("making the database {name}: {error}"));
            made.insert(name.to_owned(), on_server);
        }
        url(&made[name])
    }
}

impl Drop for Databases {
    fn drop(&mut self) {
        let drops: Vec<String> =
            self.0.get_mut().values().map(|database| format!("DROP DATABASE IF EXISTS {database}")).collect();
        if drops.is_empty() {
            return;
        }
        if let Err(error) =
            elsewhere::wait(async move { run(&drops).await.map_err(|error| error.to_string()) })
        {
            eprintln!("a test leaves a database behind: {error}");
        }
    }
}

fn url(database: &str) -> String {
    let server = shared(mariadb::VARIABLE).unwrap_or_else(|error| panic!("{error}"));
    format!("{}/{database}", server.trim_end_matches('/'))
}

async fn run(statements: &[String]) -> stores::Result<()> {
    let server = Database::open_mysql("tests", &url("mysql"), None)?;
    for statement in statements {
        server.execute(statement, &[]).await?;
    }
    server.close().await;
    Ok(())
}
