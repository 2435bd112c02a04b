//! Bookmarks: documents that a user has put aside, newest first.

use std::collections::HashMap;

use stores::sql::{Database, Row, Value, again, placeholders};
use stores::{Result, StoreError, params};

use super::{insert_rows, rows_per_statement, values};

/// The most bookmarks that one user may have.
pub const MOST_BOOKMARKS: i64 = 10_000;

/// A bookmark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bookmark {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub user_id: String,
    /// What it points to.
    pub document_id: String,
    /// The user's own words.
    pub note: Option<String>,
    /// Made at (microseconds).
    pub created_at: i64,
    /// Last changed at (microseconds).
    pub updated_at: i64,
}

/// What became of adding a bookmark.
pub enum Added {
    /// It stands there now.
    New,
    /// The user has one for this document already.
    There(Bookmark),
    /// The user has as many as one may have.
    TooMany,
}

const COLUMNS: [&str; 6] = ["id", "user_id", "document_id", "note", "created_at", "updated_at"];

fn bookmark(row: &Row) -> Result<Bookmark> {
    Ok(Bookmark {
        id: row.text("id")?,
        user_id: row.text("user_id")?,
        document_id: row.text("document_id")?,
        note: row.opt_text("note")?,
        created_at: row.int("created_at")?,
        updated_at: row.int("updated_at")?,
    })
}

/// One page for each of these users in one statement; every page begins after the same place and has the same length.
pub async fn pages(
    database: &Database,
    user_ids: &[String],
    after: Option<&(i64, String)>,
    limit: i64,
) -> Result<HashMap<String, Vec<Bookmark>>> {
    let sql = pages_sql("bookmarks", &COLUMNS, user_ids.len());
    let mut found: HashMap<String, Vec<Bookmark>> = HashMap::new();
    for row in database.query(&sql, &pages_args(user_ids, after, limit)).await? {
        let bookmark = bookmark(&row)?;
        found.entry(bookmark.user_id.clone()).or_default().push(bookmark);
    }
    Ok(found)
}

/// The statement for one page per user of a table that has `user_id`, `created_at` and `id`, newest first.
pub(super) fn pages_sql(table: &str, columns: &[&str], users: usize) -> String {
    let columns = columns.join(", ");
    format!(
        "SELECT {columns} FROM (SELECT {columns}, ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY created_at DESC, id DESC) \
         AS place FROM {table} WHERE user_id IN {} AND (created_at < ? OR (created_at = ? AND id < ?))) AS placed \
         WHERE place <= ? ORDER BY user_id, created_at DESC, id DESC",
        placeholders(users)
    )
}

/// The arguments of `pages_sql`.
pub(super) fn pages_args(user_ids: &[String], after: Option<&(i64, String)>, limit: i64) -> Vec<Value> {
    let (created_at, id) = after.cloned().unwrap_or((i64::MAX, String::new()));
    let mut args = values(user_ids);
    args.extend_from_slice(params![created_at, created_at, id, limit]);
    args
}

/// The user's bookmark of that id; other users' are as good as absent.
pub async fn of_user(database: &Database, user_id: &str, id: &str) -> Result<Option<Bookmark>> {
    let sql = format!("SELECT {} FROM bookmarks WHERE id = ? AND user_id = ?", COLUMNS.join(", "));
    database.query_optional(&sql, params![id, user_id]).await?.as_ref().map(bookmark).transpose()
}

/// Adds a bookmark, at most one per user and document.
pub async fn add(database: &Database, row: &Bookmark) -> Result<Added> {
    match again(|| try_to_add(database, row)).await {
        // Somebody was faster; now it can be seen.
        Err(StoreError::AlreadyExists { .. }) => again(|| try_to_add(database, row)).await,
        added => added,
    }
}

async fn try_to_add(database: &Database, row: &Bookmark) -> Result<Added> {
    let mut transaction = database.begin().await?;
    let there = format!("SELECT {} FROM bookmarks WHERE user_id = ? AND document_id = ?", COLUMNS.join(", "));
    let there = transaction.query_optional(&there, params![&row.user_id, &row.document_id]).await?;
    if let Some(there) = there {
        return Ok(Added::There(bookmark(&there)?));
    }
    let count = "SELECT COUNT(*) AS bookmarks FROM bookmarks WHERE user_id = ?";
    let count = transaction.query_optional(count, params![&row.user_id]).await?;
    if count.map(|row| row.int("bookmarks")).transpose()?.unwrap_or_default() >= MOST_BOOKMARKS {
        return Ok(Added::TooMany);
    }
    transaction.execute(&insert_rows("bookmarks", &COLUMNS, 1), &args(row)).await?;
    transaction.commit().await?;
    Ok(Added::New)
}

/// Adds many at once, for sample data.
pub async fn insert(database: &Database, bookmarks: &[Bookmark]) -> Result<()> {
    let mut transaction = database.begin().await?;
    for chunk in bookmarks.chunks(rows_per_statement(COLUMNS.len())) {
        let args: Vec<Value> = chunk.iter().flat_map(args).collect();
        transaction.execute(&insert_rows("bookmarks", &COLUMNS, chunk.len()), &args).await?;
    }
    transaction.commit().await
}

fn args(row: &Bookmark) -> Vec<Value> {
    params![&row.id, &row.user_id, &row.document_id, row.note.clone(), row.created_at, row.updated_at]
        .to_vec()
}

/// Changes the note; whether the user has such a bookmark.
pub async fn update(database: &Database, row: &Bookmark) -> Result<bool> {
    let sql = "UPDATE bookmarks SET note = ?, updated_at = ? WHERE id = ? AND user_id = ?";
    let args = params![row.note.clone(), row.updated_at, &row.id, &row.user_id];
    Ok(database.execute(sql, args).await? > 0)
}

/// Removes a bookmark; whether the user had it.
pub async fn delete(database: &Database, user_id: &str, id: &str) -> Result<bool> {
    let sql = "DELETE FROM bookmarks WHERE id = ? AND user_id = ?";
    Ok(database.execute(sql, params![id, user_id]).await? > 0)
}

/// Removes all bookmarks of documents that are gone.
pub async fn forget_documents(database: &Database, document_ids: &[String]) -> Result<()> {
    let sql = format!("DELETE FROM bookmarks WHERE document_id IN {}", placeholders(document_ids.len()));
    database.execute(&sql, &values(document_ids)).await.map(|_| ())
}
