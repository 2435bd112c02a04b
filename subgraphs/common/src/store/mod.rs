//! The stores that common may reach, and one file per group of tables: SQL in, domain structs out.

pub mod bookmark;
pub mod category;
pub mod code;
pub mod document;
pub mod ingest;
pub mod organization;
pub mod outbox;
pub mod reindex;
pub mod saved_search;

use std::sync::Arc;

use stores::Result;
use stores::search::{Collection, SearchReader, SearchWriter};
use stores::sql::{Database, Migrations, Migrator, Value};

static DOCUMENT_META_SQLITE: Migrator = sqlx::migrate!("../../migrations/document_meta/sqlite");
static DOCUMENT_META_MYSQL: Migrator = sqlx::migrate!("../../migrations/document_meta/mysql");
static COMMON_SQLITE: Migrator = sqlx::migrate!("../../migrations/common/sqlite");
static COMMON_MYSQL: Migrator = sqlx::migrate!("../../migrations/common/mysql");
const DOCUMENT_META: Migrations = Migrations { sqlite: &DOCUMENT_META_SQLITE, mysql: &DOCUMENT_META_MYSQL };
const COMMON: Migrations = Migrations { sqlite: &COMMON_SQLITE, mysql: &COMMON_MYSQL };

/// Everything that common may reach. Cheap to clone.
#[derive(Clone)]
pub struct Stores {
    /// Documents, their keywords, the ingests already answered, and the outbox.
    pub document_meta: Database,
    /// Categories, organizations, code tables, bookmarks, saved searches.
    pub common: Database,
    /// The three indexes, for trends.
    pub search_reader: Arc<dyn SearchReader>,
    /// The three indexes, for the one server that writes them.
    pub search_writer: Arc<dyn SearchWriter>,
}

impl Stores {
    /// Brings both databases to the newest schema.
    pub async fn migrate(&self) -> Result<()> {
        migrate_document_meta(&self.document_meta).await?;
        self.common.migrate(&COMMON).await
    }
}

/// Brings Document Meta to the newest schema; common owns it, document's tests use it.
pub async fn migrate_document_meta(database: &Database) -> Result<()> {
    database.migrate(&DOCUMENT_META).await
}

/// All collections, in the order in which they are listed.
pub const COLLECTIONS: [Collection; 3] = [Collection::Politica, Collection::Screening, Collection::Project];

/// How a collection is written in the databases.
pub fn collection_name(collection: Collection) -> &'static str {
    match collection {
        Collection::Politica => "politica",
        Collection::Screening => "screening",
        Collection::Project => "project",
    }
}

/// The collection of that name.
pub fn collection_named(name: &str) -> Result<Collection> {
    COLLECTIONS
        .into_iter()
        .find(|collection| collection_name(*collection) == name)
        .ok_or_else(|| stores::StoreError::Internal(format!("unknown collection {name}")))
}

/// A new id: UUIDv7 text.
pub fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// Texts as values for `IN`.
fn values<'a>(texts: impl IntoIterator<Item = &'a String>) -> Vec<Value> {
    texts.into_iter().map(Value::from).collect()
}

/// How many rows of `columns` placeholders each fit into one statement (SQLite allows 32,766 in all).
fn rows_per_statement(columns: usize) -> usize {
    30_000 / columns.max(1)
}

/// `INSERT` of several rows: `count` times one placeholder per column.
fn insert_rows(table: &str, columns: &[&str], count: usize) -> String {
    let row = stores::sql::placeholders(columns.len());
    let rows = vec![row.as_str(); count].join(", ");
    format!("INSERT INTO {table} ({}) VALUES {rows}", columns.join(", "))
}
