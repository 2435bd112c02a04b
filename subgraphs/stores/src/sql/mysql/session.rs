//! How a connection is made, and what is set on it so that statements mean the same as on SQLite.

use std::str::FromStr as _;

use sqlx::mysql::{MySqlConnectOptions, MySqlConnection};
use sqlx::{ConnectOptions as _, Executor as _};

/// Strict values, standard quotes and backslashes; each statement sees what is committed; time is UTC; nothing waits for a
/// lock, or runs, for long; and the server ends a connection on which nothing is asked for long, so that a program that was
/// paused inside a transaction, or whose machine was lost, holds no lock for ever. The two engines name the collation that
/// compares bytes, trailing spaces too, and the longest time of a statement differently: MariaDB reads what stands in
/// `/*M! */`, MySQL what stands in `/*!80017 */`.
const SESSION: &str = "
    SET NAMES utf8mb4 COLLATE /*M! utf8mb4_nopad_bin */ /*!80017 utf8mb4_0900_bin */;
    SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;
    SET SESSION time_zone = '+00:00',
        SESSION innodb_lock_wait_timeout = 3,
        SESSION lock_wait_timeout = 10,
        SESSION wait_timeout = 20,
        SESSION sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT,ANSI_QUOTES'
        /*M! , SESSION max_statement_time = 30 */ /*!80017 , SESSION max_execution_time = 30000 */";

/// A migration may take its time, and waits for others' metadata locks.
const MIGRATION: &str = "SET SESSION lock_wait_timeout = 60 /*M! , SESSION max_statement_time = 0 */";

/// Reads `mysql://USER@HOST:PORT/DATABASE`.
pub(super) fn options(url: &str, password: Option<&str>) -> std::result::Result<MySqlConnectOptions, String> {
    let example = "write for example mysql://auth@mysql.internal:3306/auth";
    if !url.starts_with("mysql://") {
        return Err(format!("it must begin with mysql://; {example}"));
    }
    let options = MySqlConnectOptions::from_str(url).map_err(|error| format!("{error}; {example}"))?;
    if options.get_database().is_none_or(str::is_empty) {
        return Err(format!("it names no database; {example}"));
    }
    let options = match password {
        Some(password) => options.password(password),
        None => options,
    };
    Ok(options
        .set_names(false)
        .pipes_as_concat(false)
        .no_engine_substitution(false)
        .timezone(None)
        .disable_statement_logging())
}

/// Sets up a connection of the pool.
pub(super) async fn prepare(connection: &mut MySqlConnection) -> sqlx::Result<()> {
    connection.execute(SESSION).await.map(|_| ())
}

/// Sets up the connection that migrates.
pub(super) async fn prepare_to_migrate(connection: &mut MySqlConnection) -> sqlx::Result<()> {
    prepare(connection).await?;
    connection.execute(MIGRATION).await.map(|_| ())
}
