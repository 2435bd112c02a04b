//! SQLite behind the SQL interface: one connection that writes, a few that only read, errors sorted by what a caller can do.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool,
    SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, Column, ConnectOptions, Row as _, TypeInfo, ValueRef};

use super::{NewRow, Row, Value, insert};
use crate::{Result, StoreError};

const READERS: u32 = 4;
const BUSY: Duration = Duration::from_secs(5);
const ACQUIRE: Duration = Duration::from_secs(10);

#[derive(Clone)]
pub(super) struct Sqlite {
    name: Arc<str>,
    writer: SqlitePool,
    readers: SqlitePool,
}

pub(super) struct SqliteTransaction {
    name: Arc<str>,
    transaction: sqlx::Transaction<'static, sqlx::Sqlite>,
}

impl Sqlite {
    pub(super) async fn open(name: &str, file: &Path) -> Result<Self> {
        if let Some(folder) = file.parent() {
            tokio::fs::create_dir_all(folder).await.map_err(|error| unavailable(name, &error))?;
        }
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(BUSY)
            .disable_statement_logging();
        let read_only = options.clone().pragma("query_only", "ON");
        let writer = pool(1).connect_with(options).await.map_err(|error| sorted(name, error))?;
        Ok(Self { name: name.into(), writer, readers: pool(READERS).connect_lazy_with(read_only) })
    }

    /// All missing migrations in one transaction: two processes that start at once migrate once, and a migration that fails
    /// leaves the schema as it was.
    pub(super) async fn migrate(&self, migrator: &Migrator) -> Result<()> {
        let mut transaction = self.begin().await?;
        migrator.run_direct(None, &mut *transaction.transaction, false).await.map_err(
            |error| match error {
                sqlx::migrate::MigrateError::Execute(error) => sorted(&self.name, error),
                other => StoreError::Internal(format!("migrating {}: {other}", self.name)),
            },
        )?;
        transaction.commit().await
    }

    pub(super) async fn query(&self, sql: &str, args: &[Value]) -> Result<Vec<Row>> {
        let rows =
            bound(sql, args).fetch_all(&self.readers).await.map_err(|error| sorted(&self.name, error))?;
        rows_of(&rows)
    }

    pub(super) async fn execute(&self, sql: &str, args: &[Value]) -> Result<u64> {
        let done = bound(sql, args).execute(&self.writer).await.map_err(|error| sorted(&self.name, error))?;
        Ok(done.rows_affected())
    }

    pub(super) async fn upsert(&self, row: &NewRow<'_>, key: &[&str], update: &[&str]) -> Result<()> {
        self.execute(&upsert(row, key, update), row.values).await.map(|_| ())
    }

    pub(super) async fn insert_or_ignore(&self, row: &NewRow<'_>) -> Result<bool> {
        self.execute(&insert_or_ignore(row), row.values).await.map(|affected| affected == 1)
    }

    pub(super) async fn begin(&self) -> Result<SqliteTransaction> {
        let transaction = self.writer.begin_with("BEGIN IMMEDIATE").await;
        let transaction = transaction.map_err(|error| sorted(&self.name, error))?;
        Ok(SqliteTransaction { name: Arc::clone(&self.name), transaction })
    }

    pub(super) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

impl SqliteTransaction {
    pub(super) async fn query(&mut self, sql: &str, args: &[Value]) -> Result<Vec<Row>> {
        let rows =
            bound(sql, args).fetch_all(self.connection()).await.map_err(|error| sorted(&self.name, error))?;
        rows_of(&rows)
    }

    pub(super) async fn execute(&mut self, sql: &str, args: &[Value]) -> Result<u64> {
        let done =
            bound(sql, args).execute(self.connection()).await.map_err(|error| sorted(&self.name, error))?;
        Ok(done.rows_affected())
    }

    pub(super) async fn upsert(&mut self, row: &NewRow<'_>, key: &[&str], update: &[&str]) -> Result<()> {
        self.execute(&upsert(row, key, update), row.values).await.map(|_| ())
    }

    pub(super) async fn insert_or_ignore(&mut self, row: &NewRow<'_>) -> Result<bool> {
        self.execute(&insert_or_ignore(row), row.values).await.map(|affected| affected == 1)
    }

    /// It is alone anyway: it began IMMEDIATE.
    pub(super) async fn lock(&mut self, _name: &str) -> Result<()> {
        Ok(())
    }

    pub(super) async fn commit(self) -> Result<()> {
        self.transaction.commit().await.map_err(|error| sorted(&self.name, error))
    }

    fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.transaction
    }
}

fn upsert(row: &NewRow<'_>, key: &[&str], update: &[&str]) -> String {
    let changes: Vec<_> = update.iter().map(|column| format!("{column} = excluded.{column}")).collect();
    let action = match changes.is_empty() {
        true => "NOTHING".to_owned(),
        false => format!("UPDATE SET {}", changes.join(", ")),
    };
    format!("{} ON CONFLICT ({}) DO {action}", insert(row.table, row.columns), key.join(", "))
}

fn insert_or_ignore(row: &NewRow<'_>) -> String {
    format!("{} ON CONFLICT DO NOTHING", insert(row.table, row.columns))
}

fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}

fn bound(sql: &str, args: &[Value]) -> sqlx::query::Query<'static, sqlx::Sqlite, SqliteArguments> {
    // The text is made by our own code; whatever comes from users is bound.
    let query = sqlx::query(AssertSqlSafe(sql.to_owned()));
    args.iter().fold(query, |query, value| match value {
        Value::Null => query.bind(None::<i64>),
        Value::Int(value) => query.bind(*value),
        Value::Real(value) => query.bind(*value),
        Value::Text(value) => query.bind(value.clone()),
        Value::Blob(value) => query.bind(value.clone()),
    })
}

fn rows_of(rows: &[SqliteRow]) -> Result<Vec<Row>> {
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    let columns: Arc<[String]> = first.columns().iter().map(|column| column.name().to_owned()).collect();
    let row = |row: &SqliteRow| {
        let values =
            (0..columns.len()).map(|column| value_of(row, column)).collect::<std::result::Result<_, _>>();
        values.map(|values| Row::new(Arc::clone(&columns), values))
    };
    rows.iter()
        .map(row)
        .collect::<std::result::Result<_, _>>()
        .map_err(|error| StoreError::Internal(format!("reading a column: {error}")))
}

fn value_of(row: &SqliteRow, column: usize) -> std::result::Result<Value, sqlx::Error> {
    let raw = row.try_get_raw(column)?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    let type_info = raw.type_info().into_owned();
    Ok(match type_info.name() {
        "REAL" => Value::Real(row.try_get_unchecked(column)?),
        "TEXT" => Value::Text(row.try_get_unchecked(column)?),
        "BLOB" => Value::Blob(row.try_get_unchecked(column)?),
        _ => Value::Int(row.try_get_unchecked(column)?),
    })
}

fn sorted(name: &str, error: sqlx::Error) -> StoreError {
    match &error {
        sqlx::Error::Database(refusal) if refusal.is_unique_violation() => {
            let message = refusal.message();
            let constraint =
                message.rsplit_once("constraint failed: ").map_or(message, |(_, columns)| columns);
            StoreError::AlreadyExists { constraint: constraint.to_owned() }
        }
        sqlx::Error::Database(refusal) if says_try_again(refusal.code().as_deref()) => {
            unavailable(name, &error)
        }
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => unavailable(name, &error),
        _ => StoreError::Internal(format!("{name}: {error}")),
    }
}

/// Busy (5), locked (6), input/output error (10), full (13), cannot open (14), by the primary part of SQLite's result code.
fn says_try_again(code: Option<&str>) -> bool {
    let code = code.and_then(|code| code.parse::<u32>().ok());
    code.is_some_and(|code| matches!(code & 0xff, 5 | 6 | 10 | 13 | 14))
}

fn unavailable(name: &str, error: &dyn std::error::Error) -> StoreError {
    StoreError::Unavailable { store: name.to_owned(), detail: error.to_string() }
}
