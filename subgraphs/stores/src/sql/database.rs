//! A database and its transactions, whichever engine is behind them.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

#[cfg(feature = "mysql")]
use super::mysql::{MySql, MySqlTransaction};
use super::sqlite::{Sqlite, SqliteTransaction};
use super::{Dialect, Migrations, NewRow, Row, Value};
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

/// Waiting for MySQL is boxed: otherwise each server's futures would have all of the driver's inside.
#[derive(Clone)]
enum Engine {
    Sqlite(Sqlite),
    #[cfg(feature = "mysql")]
    MySql(MySql),
}

enum EngineTransaction {
    Sqlite(SqliteTransaction),
    #[cfg(feature = "mysql")]
    MySql(MySqlTransaction),
}

impl Database {
    /// Opens (creates) a SQLite file: WAL, synchronous NORMAL, foreign keys, one writer and a few readers. `name` is what
    /// errors call the store.
    pub async fn open_sqlite(name: &str, file: &Path) -> Result<Self> {
        Ok(Self { engine: Engine::Sqlite(Sqlite::open(name, file).await?), statements: Arc::default() })
    }

    /// Opens a database of a MySQL or MariaDB server: `mysql://USER@HOST:PORT/DATABASE`. It need not be there yet: until it is,
    /// everything is `Unavailable`. `name` is what errors call the store.
    ///
    /// # Errors
    /// `InvalidName` for a URL that cannot be read.
    #[cfg(feature = "mysql")]
    pub fn open_mysql(name: &str, url: &str, password: Option<&str>) -> Result<Self> {
        Ok(Self { engine: Engine::MySql(MySql::open(name, url, password)?), statements: Arc::default() })
    }

    /// Is refused: this program was built without MySQL.
    ///
    /// # Errors
    /// Always.
    #[cfg(not(feature = "mysql"))]
    pub fn open_mysql(name: &str, _url: &str, _password: Option<&str>) -> Result<Self> {
        let why = "this program was built without MySQL; build it with the feature `real`";
        Err(crate::StoreError::Internal(format!("{name}: {why}")))
    }

    /// Applies what is missing of the migrations. A MySQL server that is not there is no error: they are applied as soon as it
    /// is, and until then everything is `Unavailable`.
    ///
    /// # Errors
    /// `Internal` for migrations that fail, were changed afterwards, or are half-finished; the text says what to do.
    pub async fn migrate(&self, migrations: &Migrations) -> Result<()> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.migrate(migrations.sqlite).await,
            #[cfg(feature = "mysql")]
            Engine::MySql(mysql) => Box::pin(mysql.migrate(migrations.mysql)).await,
        }
    }

    /// Reads rows. Not for statements that write: those go through [`Self::execute`] or a transaction.
    pub async fn query(&self, sql: &str, args: &[Value]) -> Result<Vec<Row>> {
        self.count();
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.query(sql, args).await,
            #[cfg(feature = "mysql")]
            Engine::MySql(mysql) => Box::pin(mysql.query(sql, args)).await,
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
            #[cfg(feature = "mysql")]
            Engine::MySql(mysql) => Box::pin(mysql.execute(sql, args)).await,
        }
    }

    /// Inserts a row, or overwrites `update` of the row that has the same `key`; with nothing to update the row that stands
    /// there stays.
    ///
    /// # Errors
    /// `AlreadyExists` when another row has one of its other unique keys.
    pub async fn upsert(&self, row: &NewRow<'_>, key: &[&str], update: &[&str]) -> Result<()> {
        self.count();
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.upsert(row, key, update).await,
            #[cfg(feature = "mysql")]
            Engine::MySql(mysql) => Box::pin(mysql.upsert(row, key, update)).await,
        }
    }

    /// Inserts a row unless one with the same unique key stands there; whether it was inserted.
    pub async fn insert_or_ignore(&self, row: &NewRow<'_>) -> Result<bool> {
        self.count();
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.insert_or_ignore(row).await,
            #[cfg(feature = "mysql")]
            Engine::MySql(mysql) => Box::pin(mysql.insert_or_ignore(row)).await,
        }
    }

    /// Begins a transaction for writing. On SQLite it waits for the one that is under way; on MySQL several run at once, see
    /// what is committed at each statement, and lock what they write and what they select with `Dialect::for_update`.
    pub async fn begin(&self) -> Result<Transaction> {
        let engine = match &self.engine {
            Engine::Sqlite(sqlite) => EngineTransaction::Sqlite(sqlite.begin().await?),
            #[cfg(feature = "mysql")]
            Engine::MySql(mysql) => EngineTransaction::MySql(Box::pin(mysql.begin()).await?),
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
            #[cfg(feature = "mysql")]
            Engine::MySql(_) => Dialect::MySql,
        }
    }

    /// Whether the database answers, for readiness. Not counted as a statement.
    pub async fn ping(&self) -> Result<()> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.query("SELECT 1", &[]).await.map(|_| ()),
            #[cfg(feature = "mysql")]
            Engine::MySql(mysql) => Box::pin(mysql.ping()).await,
        }
    }

    /// Waits for what is under way and closes the database; everything afterwards is `Unavailable`.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.close().await,
            #[cfg(feature = "mysql")]
            Engine::MySql(mysql) => Box::pin(mysql.close()).await,
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
            #[cfg(feature = "mysql")]
            EngineTransaction::MySql(transaction) => Box::pin(transaction.query(sql, args)).await,
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
            #[cfg(feature = "mysql")]
            EngineTransaction::MySql(transaction) => Box::pin(transaction.execute(sql, args)).await,
        }
    }

    /// As `Database::upsert`, inside the transaction.
    ///
    /// # Errors
    /// `AlreadyExists` when another row has one of its other unique keys.
    pub async fn upsert(&mut self, row: &NewRow<'_>, key: &[&str], update: &[&str]) -> Result<()> {
        self.count();
        match &mut self.engine {
            EngineTransaction::Sqlite(transaction) => transaction.upsert(row, key, update).await,
            #[cfg(feature = "mysql")]
            EngineTransaction::MySql(transaction) => Box::pin(transaction.upsert(row, key, update)).await,
        }
    }

    /// As `Database::insert_or_ignore`, inside the transaction.
    pub async fn insert_or_ignore(&mut self, row: &NewRow<'_>) -> Result<bool> {
        self.count();
        match &mut self.engine {
            EngineTransaction::Sqlite(transaction) => transaction.insert_or_ignore(row).await,
            #[cfg(feature = "mysql")]
            EngineTransaction::MySql(transaction) => Box::pin(transaction.insert_or_ignore(row)).await,
        }
    }

    /// Waits until no other transaction holds this name, and holds it until the end: for what is decided by rows that others may
    /// write or add meanwhile. On MySQL the database needs a table `locks`; on SQLite a transaction is alone anyway.
    pub async fn lock(&mut self, name: &str) -> Result<()> {
        match &mut self.engine {
            EngineTransaction::Sqlite(transaction) => transaction.lock(name).await,
            #[cfg(feature = "mysql")]
            EngineTransaction::MySql(transaction) => Box::pin(transaction.lock(name)).await,
        }
    }

    /// Makes everything durable and visible at once.
    pub async fn commit(self) -> Result<()> {
        match self.engine {
            EngineTransaction::Sqlite(transaction) => transaction.commit().await,
            #[cfg(feature = "mysql")]
            EngineTransaction::MySql(transaction) => Box::pin(transaction.commit()).await,
        }
    }

    fn count(&self) {
        self.statements.fetch_add(1, Ordering::Relaxed);
    }
}
