//! The SQL contract on every engine that can be opened here.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod sql_contract;

use futures::FutureExt;
use sql_contract::Opened;
use stores::sql::Database;

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
