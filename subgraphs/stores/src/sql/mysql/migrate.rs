//! Migrations on an engine that cannot take half of one back.

use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, Row as _};
use tokio::time::timeout;

use super::errors::{sorted, unavailable};
use super::session;
use crate::{Result, StoreError};

const CONNECT: Duration = Duration::from_secs(2);
/// How long another server's migration is waited for, in seconds.
const WAIT: i64 = 60;

/// Text of all tables is compared by its bytes, as on SQLite; what the database was made with does not count.
const COLLATION: &str =
    "ALTER DATABASE CHARACTER SET utf8mb4 COLLATE /*M! utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */";
const HAS_COLLATION: &str =
    "SELECT @@collation_database = /*M! 'utf8mb4_nopad_bin' */ /*!80017 'utf8mb4_0900_bin' */";

/// Applies what is missing, one server at a time: others wait for it and find everything there.
pub(super) async fn run(name: &str, options: &MySqlConnectOptions, migrator: &Migrator) -> Result<()> {
    let connected = timeout(CONNECT, options.connect()).await;
    let connected = connected.map_err(|_| unavailable(name, "no connection in time"))?;
    let mut connection = connected.map_err(|error| sorted(name, &error))?;
    let migrated = locked(name, options, &mut connection, migrator).await;
    // The lock goes with the connection, whatever happened.
    let _ = timeout(CONNECT, connection.close()).await;
    migrated
}

async fn locked(
    name: &str,
    options: &MySqlConnectOptions,
    connection: &mut MySqlConnection,
    migrator: &Migrator,
) -> Result<()> {
    let told = |error| sorted(name, &error);
    session::prepare_to_migrate(connection).await.map_err(told)?;
    let database = options.get_database().unwrap_or_default();
    let lock =
        sqlx::query("SELECT GET_LOCK(CONCAT('knlab ', LEFT(SHA2(?, 256), 32)), ?)").bind(database.to_owned());
    let got = lock.bind(WAIT).fetch_one(&mut *connection).await.map_err(told)?;
    if got.try_get::<Option<i64>, _>(0).map_err(told)? != Some(1) {
        return Err(unavailable(name, "another server has been migrating for a minute"));
    }
    let has_collation = connection.fetch_one(HAS_COLLATION).await.map_err(told)?;
    if !has_collation.try_get::<bool, _>(0).map_err(told)? {
        connection.execute(COLLATION).await.map_err(told)?;
    }
    let mut migrator = Migrator::with_migrations(migrator.iter().cloned().collect());
    migrator.set_locking(false);
    migrator.run_direct(None, connection, false).await.map_err(|error| refused(name, error))
}

fn refused(name: &str, error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) => sorted(name, &error),
        MigrateError::ExecuteMigration(error, version) => match sorted(name, &error) {
            // With the next try it is found half-finished.
            StoreError::Internal(detail) => StoreError::Internal(format!(
                "migration {version} of {name} failed: {detail}. {}",
                advice(version)
            )),
            other => other,
        },
        MigrateError::Dirty(version) => {
            let what = format!("migration {version} of {name} was begun and did not come to its end");
            StoreError::Internal(format!("{what}. {}", advice(version)))
        }
        other => StoreError::Internal(format!("migrating {name}: {other}")),
    }
}

/// What an operator does about a migration of which an unknown part was applied.
fn advice(version: i64) -> String {
    format!(
        "This engine cannot take half of a migration back. Compare the database with the statements of the file {version:04}_*.sql; \
         either undo by hand what was done and DELETE FROM _sqlx_migrations WHERE version = {version}, or do by hand what is \
         missing and UPDATE _sqlx_migrations SET success = 1 WHERE version = {version}; then the server goes on by itself"
    )
}
