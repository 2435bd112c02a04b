//! A database and its transactions, whichever engine is behind them.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::migrate::Migrator;

use super::sqlite::{Sqlite, SqliteTransaction};
use super::{Dialect, Row, Value};
use crate::Result;

/// One database. Cheap to clone. Counts its statements, so that tests can show that a list of 50 costs as many as one of 5.
#[derive(Clone)]
pub struct Database {
    engine: Engine,
    statements: Arc<AtomicU64>,
}

/// An open transaction; dropped without `commit` it is rolled back. On SQLite it begins IMMEDIATE (it is for writing).
pub struct Transaction {
    engine: EngineTransaction,
    statements: Arc<AtomicU64>,
}

#[derive(Clone)]
enum Engine {
    Sqlite(Sqlite),
}

enum EngineTransaction {
    Sqlite(SqliteTransaction),
}

impl Database {
    /// Opens (creates) a SQLite file: WAL, synchronous NORMAL, foreign keys, one writer and a few readers. `name` is what
    /// errors call the store.
    pub async fn open_sqlite(name: &str, file: &Path) -> Result<Self> {
        Ok(Self { engine: Engine::Sqlite(Sqlite::open(name, file).await?), statements: Arc::default() })
    }

    /// Applies what is missing of the migrations that the server's crate embeds.
    pub async fn migrate(&self, migrator: &Migrator) -> Result<()> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.migrate(migrator).await,
        }
    }

    /// Reads rows. Not for statements that write: those go through [`Self::execute`] or a transaction.
    pub async fn query(&self, sql: &str, args: &[Value]) -> Result<Vec<Row>> {
        self.count();
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.query(sql, args).await,
        }
    }

    /// Reads the first row, if there is any.
    pub async fn query_optional(&self, sql: &str, args: &[Value]) -> Result<Option<Row>> {
        Ok(self.query(sql, args).await?.into_iter().next())
    }

    /// Writes; returns how many rows were affected.
    pub async fn execute(&self, sql: &str, args: &[Value]) -> Result<u64> {
        self.count();
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.execute(sql, args).await,
        }
    }

    /// Begins a transaction for writing; it waits for the one that is under way.
    pub async fn begin(&self) -> Result<Transaction> {
        let engine = match &self.engine {
            Engine::Sqlite(sqlite) => EngineTransaction::Sqlite(sqlite.begin().await?),
        };
        Ok(Transaction { engine, statements: Arc::clone(&self.statements) })
    }

    /// Statements so far, those of transactions included.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Writes the statements whose text differs between engines.
    pub fn dialect(&self) -> Dialect {
        match &self.engine {
            Engine::Sqlite(_) => Dialect::Sqlite,
        }
    }

    /// Whether the database answers, for readiness. Not counted as a statement.
    pub async fn ping(&self) -> Result<()> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.query("SELECT 1", &[]).await.map(|_| ()),
        }
    }

    /// Waits for what is under way and closes the database; everything afterwards is `Unavailable`.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.close().await,
        }
    }

    fn count(&self) {
        self.statements.fetch_add(1, Ordering::Relaxed);
    }
}

impl Transaction {
    /// Reads rows inside the transaction.
    pub async fn query(&mut self, sql: &str, args: &[Value]) -> Result<Vec<Row>> {
        self.count();
        match &mut self.engine {
            EngineTransaction::Sqlite(transaction) => transaction.query(sql, args).await,
        }
    }

    /// Reads the first row, if there is any.
    pub async fn query_optional(&mut self, sql: &str, args: &[Value]) -> Result<Option<Row>> {
        Ok(self.query(sql, args).await?.into_iter().next())
    }

    /// Writes; returns how many rows were affected.
    pub async fn execute(&mut self, sql: &str, args: &[Value]) -> Result<u64> {
        self.count();
        match &mut self.engine {
            EngineTransaction::Sqlite(transaction) => transaction.execute(sql, args).await,
        }
    }

    /// Makes everything durable and visible at once.
    pub async fn commit(self) -> Result<()> {
        match self.engine {
            EngineTransaction::Sqlite(transaction) => transaction.commit().await,
        }
    }

    fn count(&self) {
        self.statements.fetch_add(1, Ordering::Relaxed);
    }
}
