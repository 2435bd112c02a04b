//! The SQL contract on every engine that can be opened here.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod sql_contract;

use std::sync::Arc;

use futures::FutureExt;
use sql_contract::Opened;
use stores::sql::Database;
use test_stores::{Kind, TestStores};

async fn sqlite() -> Opened {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sql/contract.sqlite");
    let open = move || {
        let file = file.clone();
        async move { Database::open_sqlite("contract", &file).await.unwrap() }.boxed()
    };
    Opened { database: open().await, open_again: Box::new(open), keep: Box::new(folder) }
}

sql_contract::suite!(sqlite);

/// A database of the test's own on the server that `KNLAB_TEST_MYSQL_URL` names.
async fn mysql() -> Opened {
    let stores = Arc::new(TestStores::of(Kind::Real));
    let again = Arc::clone(&stores);
    let open = move || {
        let stores = Arc::clone(&again);
        async move { stores.database("contract").await }.boxed()
    };
    let database = open().await;
    sql_contract::migrate(&database, &[]).await.unwrap();
    Opened { database, open_again: Box::new(open), keep: Box::new(stores) }
}

sql_contract::suite!(mysql);

#[tokio::test]
async fn sqlite_says_unavailable_when_the_file_cannot_be_opened() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), b"").unwrap();
    for path in ["file/below.sqlite", "."] {
        let opened = Database::open_sqlite("contract", &folder.path().join(path)).await;
        assert!(
            matches!(opened, Err(stores::StoreError::Unavailable { store, .. }) if store == "contract"),
            "{path}"
        );
    }
}
