//! MySQL 8 and MariaDB behind the SQL interface. Opened without a connection: a server that is down is no reason not to start,
//! and what it still has to be migrated to is applied when it is there.

mod errors;
mod lease;
mod migrate;
mod server;
mod session;
mod values;

use std::sync::Arc;

use sqlx::migrate::Migrator;

use self::lease::Lease;
use self::server::Server;
use super::{NewRow, Row, Value, again, insert};
use crate::{Result, StoreError};

/// A database on a MySQL server.
#[derive(Clone)]
pub(super) struct MySql(Arc<Server>);

/// An open transaction.
pub(super) struct MySqlTransaction(Lease);

impl MySql {
    pub(super) fn open(name: &str, url: &str, password: Option<&str>) -> Result<Self> {
        let options = session::options(url, password)
            .map_err(|why| StoreError::InvalidName(format!("the url of the database {name}: {why}")))?;
        Ok(Self(Arc::new(Server::new(name, options))))
    }

    /// At once when the server is there, otherwise as soon as it is, before anything else.
    pub(super) async fn migrate(&self, migrator: &'static Migrator) -> Result<()> {
        self.0.to_be_migrated(migrator);
        match Server::bring_up(&self.0).await {
            Err(error @ StoreError::Unavailable { .. }) => {
                tracing::warn!(%error, "migrations wait for the database");
                Ok(())
            }
            done => done,
        }
    }

    /// A read that ends with its connection is sent once more on one that is known to answer.
    pub(super) async fn query(&self, sql: &str, args: &[Value]) -> Result<Vec<Row>> {
        self.0.retries.earn();
        let mut lease = Lease::take(&self.0).await?;
        let read = lease.query(sql, args).await;
        if !lease.is_lost() || self.0.is_known_down() || !self.0.retries.spend() {
            return read;
        }
        let mut lease = Lease::take_live(&self.0).await?;
        lease.query(sql, args).await
    }

    /// One statement is a transaction of its own: rolled back by the engine it is simply repeated.
    pub(super) async fn execute(&self, sql: &str, args: &[Value]) -> Result<u64> {
        again(|| async { Lease::take(&self.0).await?.execute(sql, args).await }).await
    }

    pub(super) async fn upsert(&self, row: &NewRow<'_>, key: &[&str], update: &[&str]) -> Result<()> {
        again(|| async {
            let mut transaction = self.begin().await?;
            transaction.upsert(row, key, update).await?;
            transaction.commit().await
        })
        .await
    }

    pub(super) async fn insert_or_ignore(&self, row: &NewRow<'_>) -> Result<bool> {
        inserted(self.execute(&insert(row.table, row.columns), row.values).await)
    }

    pub(super) async fn begin(&self) -> Result<MySqlTransaction> {
        let mut lease = Lease::take(&self.0).await?;
        lease.begin().await?;
        Ok(MySqlTransaction(lease))
    }

    pub(super) async fn ping(&self) -> Result<()> {
        self.query("SELECT 1", &[]).await.map(|_| ())
    }

    pub(super) async fn close(&self) {
        self.0.close().await;
    }
}

impl MySqlTransaction {
    pub(super) async fn query(&mut self, sql: &str, args: &[Value]) -> Result<Vec<Row>> {
        self.0.query(sql, args).await
    }

    pub(super) async fn execute(&mut self, sql: &str, args: &[Value]) -> Result<u64> {
        self.0.execute(sql, args).await
    }

    /// `ON DUPLICATE KEY UPDATE` would take a row that has another unique key of ours for the one that is meant, and overwrite
    /// it. So: update; insert what is not there; update what came meanwhile.
    pub(super) async fn upsert(&mut self, row: &NewRow<'_>, key: &[&str], update: &[&str]) -> Result<()> {
        let (sql, args) = written(row, key, update);
        if self.execute(&sql, &args).await? > 0 {
            return Ok(());
        }
        let refused = match self.execute(&insert(row.table, row.columns), row.values).await {
            Err(refused @ StoreError::AlreadyExists { .. }) => refused,
            done => return done.map(|_| ()),
        };
        match self.execute(&sql, &args).await? {
            0 => Err(refused),
            _ => Ok(()),
        }
    }

    pub(super) async fn insert_or_ignore(&mut self, row: &NewRow<'_>) -> Result<bool> {
        inserted(self.execute(&insert(row.table, row.columns), row.values).await)
    }

    /// Locks the row of that name, whether it is there already or not.
    pub(super) async fn lock(&mut self, name: &str) -> Result<()> {
        let sql = "INSERT INTO locks (name) VALUES (?) ON DUPLICATE KEY UPDATE name = ?";
        self.execute(sql, &[name.into(), name.into()]).await.map(|_| ())
    }

    pub(super) async fn commit(mut self) -> Result<()> {
        self.0.commit().await
    }
}

/// Not `INSERT IGNORE`, which takes wrong values for right ones; nor `ON DUPLICATE KEY UPDATE`, which counts the row that stands
/// there as affected.
fn inserted(done: Result<u64>) -> Result<bool> {
    match done {
        Err(StoreError::AlreadyExists { .. }) => Ok(false),
        done => done.map(|_| true),
    }
}

/// The update of the row that has the key of `row`. With nothing to update it writes the key, which tells whether it is there.
fn written(row: &NewRow<'_>, key: &[&str], update: &[&str]) -> (String, Vec<Value>) {
    let update = if update.is_empty() { &key[..1] } else { update };
    let equal = |columns: &[&str], between: &str| {
        columns.iter().map(|column| format!("{column} = ?")).collect::<Vec<_>>().join(between)
    };
    let sql = format!("UPDATE {} SET {} WHERE {}", row.table, equal(update, ", "), equal(key, " AND "));
    let args = update.iter().chain(key).map(|column| row.value(column)).collect();
    (sql, args)
}
