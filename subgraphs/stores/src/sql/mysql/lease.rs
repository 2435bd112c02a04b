//! One connection on loan from the pool, for a statement or a transaction. It goes back only in a state that is known.

use std::sync::Arc;
use std::time::Duration;

use futures::TryStreamExt as _;
use sqlx::mysql::{MySqlConnection, MySqlRow};
use sqlx::pool::PoolConnection;
use sqlx::{Either, Executor as _};
use tokio::time::timeout;

use super::super::{Row, Value};
use super::errors::unavailable;
use super::server::{CONNECTIONS, Server};
use super::values::{bound, rows_of};
use crate::{Result, StoreError};

/// How long a rollback may take before the connection is closed instead.
const ROLLBACK: Duration = Duration::from_secs(2);

/// Dropped while a statement is under way it is closed: what its answer would be read for is not there any more. Dropped
/// inside a transaction it rolls back.
pub(super) struct Lease {
    server: Arc<Server>,
    connection: Option<PoolConnection<sqlx::MySql>>,
    is_under_way: bool,
    is_in_transaction: bool,
}

impl Lease {
    /// A connection of the pool.
    pub(super) async fn take(server: &Arc<Server>) -> Result<Self> {
        let connection = Some(Server::acquire(server).await?);
        Ok(Self { server: Arc::clone(server), connection, is_under_way: false, is_in_transaction: false })
    }

    /// A connection that answers: when the server was started anew, those that lay idle do not.
    pub(super) async fn take_live(server: &Arc<Server>) -> Result<Self> {
        for _ in 0..=CONNECTIONS {
            let mut lease = Self::take(server).await?;
            if lease.query("SELECT 1", &[]).await.is_ok() {
                return Ok(lease);
            }
        }
        Err(unavailable(&server.name, "no connection answers"))
    }

    /// Whether the connection is gone.
    pub(super) fn is_lost(&self) -> bool {
        self.connection.is_none()
    }

    pub(super) async fn query(&mut self, sql: &str, args: &[Value]) -> Result<Vec<Row>> {
        let (server, connection) = self.engage()?;
        let answered = server.watch(send(connection, sql, args)).await;
        self.settled(answered).and_then(|(_, rows)| rows_of(&rows))
    }

    pub(super) async fn execute(&mut self, sql: &str, args: &[Value]) -> Result<u64> {
        let (server, connection) = self.engage()?;
        let answered = server.watch(send(connection, sql, args)).await;
        self.settled(answered).map(|(affected, _)| affected)
    }

    pub(super) async fn begin(&mut self) -> Result<()> {
        let (server, connection) = self.engage()?;
        let begun = server.watch(connection.execute("START TRANSACTION")).await;
        self.settled(begun)?;
        self.is_in_transaction = true;
        Ok(())
    }

    pub(super) async fn commit(&mut self) -> Result<()> {
        let (server, connection) = self.engage()?;
        let committed = server.watch(connection.execute("COMMIT")).await;
        self.settled(committed)?;
        self.is_in_transaction = false;
        Ok(())
    }

    fn engage(&mut self) -> Result<(Arc<Server>, &mut MySqlConnection)> {
        let Some(connection) = &mut self.connection else {
            return Err(unavailable(&self.server.name, "the connection was lost"));
        };
        self.is_under_way = true;
        Ok((Arc::clone(&self.server), connection))
    }

    /// After an answer the connection can be used again, an error of the statement included; after anything else it is closed.
    fn settled<T>(&mut self, answered: std::result::Result<T, (StoreError, bool)>) -> Result<T> {
        match answered {
            Ok(answer) => {
                self.is_under_way = false;
                Ok(answer)
            }
            Err((error, is_lost)) => {
                self.is_under_way = is_lost;
                if is_lost {
                    self.discard();
                }
                Err(error)
            }
        }
    }

    fn discard(&mut self) {
        drop(self.connection.take().map(PoolConnection::detach));
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.is_under_way {
            self.discard();
        }
        if let Some(connection) = self.connection.take_if(|_| self.is_in_transaction) {
            tokio::spawn(roll_back(connection));
        }
    }
}

/// Ends a transaction that nobody waits for; a connection on which that does not work is closed, which ends it too.
async fn roll_back(mut connection: PoolConnection<sqlx::MySql>) {
    if !matches!(timeout(ROLLBACK, connection.execute("ROLLBACK")).await, Ok(Ok(_))) {
        drop(connection.detach());
    }
}

async fn send(
    connection: &mut MySqlConnection,
    sql: &str,
    args: &[Value],
) -> sqlx::Result<(u64, Vec<MySqlRow>)> {
    let mut answer = connection.fetch_many(bound(sql, args));
    let (mut affected, mut rows) = (0, Vec::new());
    while let Some(part) = answer.try_next().await? {
        match part {
            Either::Left(done) => affected += done.rows_affected(),
            Either::Right(row) => rows.push(row),
        }
    }
    Ok((affected, rows))
}
