//! Rebuilds of the indexes: at most one at a time for each collection; one that stopped half-way is found by its age.

use stores::sql::{Database, Row};
use stores::{Result, StoreError, params};

/// A rebuild, under way or over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reindex {
    /// Its id.
    pub id: String,
    /// The collection, as the database writes it.
    pub collection: String,
    /// `running`, `published` or `failed`.
    pub state: String,
    /// How many documents the new index has so far.
    pub documents: i64,
    /// Who started it.
    pub started_by: String,
    /// Begun at (microseconds).
    pub started_at: i64,
    /// Over at (microseconds).
    pub finished_at: Option<i64>,
}

const COLUMNS: &str = "id, collection, state, documents, started_by, started_at, finished_at";

fn reindex(row: &Row) -> Result<Reindex> {
    Ok(Reindex {
        id: row.text("id")?,
        collection: row.text("collection")?,
        state: row.text("state")?,
        documents: row.int("documents")?,
        started_by: row.text("started_by")?,
        started_at: row.int("started_at")?,
        finished_at: row.opt_int("finished_at")?,
    })
}

/// Notes a rebuild that begins; `false` if one of the collection is under way.
pub async fn begin(database: &Database, row: &Reindex) -> Result<bool> {
    let sql = "INSERT INTO reindexes (id, collection, state, documents, started_by, started_at, renewed_at) \
               VALUES (?, ?, ?, ?, ?, ?, ?)";
    let args = params![
        &row.id,
        &row.collection,
        &row.state,
        row.documents,
        &row.started_by,
        row.started_at,
        row.started_at,
    ];
    match database.execute(sql, args).await {
        Ok(_) => Ok(true),
        Err(StoreError::AlreadyExists { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Notes progress; `false` if the rebuild is no longer running, because another server took it for dead.
pub async fn renew(database: &Database, id: &str, documents: i64, at: i64) -> Result<bool> {
    let sql = "UPDATE reindexes SET documents = ?, renewed_at = ? WHERE id = ? AND state = 'running'";
    Ok(database.execute(sql, params![documents, at, id]).await? > 0)
}

/// Notes the end.
pub async fn finish(database: &Database, id: &str, state: &str, at: i64) -> Result<()> {
    let sql = "UPDATE reindexes SET state = ?, finished_at = ? WHERE id = ? AND state = 'running'";
    database.execute(sql, params![state, at, id]).await.map(|_| ())
}

/// Rebuilds that say they run but have not been heard of since `before`.
pub async fn stale(database: &Database, before: i64) -> Result<Vec<Reindex>> {
    let sql = format!("SELECT {COLUMNS} FROM reindexes WHERE state = 'running' AND renewed_at < ?");
    database.query(&sql, params![before]).await?.iter().map(reindex).collect()
}

/// The one of that id.
pub async fn by_id(database: &Database, id: &str) -> Result<Option<Reindex>> {
    let sql = format!("SELECT {COLUMNS} FROM reindexes WHERE id = ?");
    database.query_optional(&sql, params![id]).await?.as_ref().map(reindex).transpose()
}

/// The one of that collection that is under way.
pub async fn running(database: &Database, collection: &str) -> Result<Option<Reindex>> {
    let sql = format!("SELECT {COLUMNS} FROM reindexes WHERE collection = ? AND state = 'running'");
    database.query_optional(&sql, params![collection]).await?.as_ref().map(reindex).transpose()
}

/// A page, newest first.
pub async fn page(database: &Database, after: Option<&(i64, String)>, limit: i64) -> Result<Vec<Reindex>> {
    let (started_at, id) = after.cloned().unwrap_or((i64::MAX, String::new()));
    let sql = format!(
        "SELECT {COLUMNS} FROM reindexes WHERE started_at < ? OR (started_at = ? AND id < ?) \
         ORDER BY started_at DESC, id DESC LIMIT ?"
    );
    database.query(&sql, params![started_at, started_at, id, limit]).await?.iter().map(reindex).collect()
}
