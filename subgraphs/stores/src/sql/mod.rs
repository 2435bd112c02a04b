//! SQL databases: statements with `?` placeholders that SQLite and MySQL share, values in, rows out.
//!
//! Conventions for all schemas: ids are UUIDv7 text made in Rust, time is BIGINT microseconds since 1970 (UTC), booleans
//! are 0/1 integers, JSON is text. What the engines do not share is in `sqlite.rs` and `mysql/`, and the few statements
//! whose text differs in `dialect.rs`.

mod again;
mod database;
mod dialect;
mod migrations;
#[cfg(feature = "mysql")]
mod mysql;
mod new_row;
mod row;
mod sqlite;
mod value;

pub use again::again;
pub use database::{Database, Transaction};
pub use dialect::Dialect;
pub use migrations::Migrations;
pub use new_row::NewRow;
pub use row::Row;
pub use sqlx::migrate::Migrator;
pub use value::Value;

/// Binds arguments: `params![id, name, created_at]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::sql::Value::from($value)),*] as &[$crate::sql::Value] };
}

/// `(?, ?, ?)` for `IN`. For no values at all it is `(NULL)`, which nothing is in.
pub fn placeholders(count: usize) -> String {
    if count == 0 {
        return "(NULL)".to_owned();
    }
    let marks = vec!["?"; count].join(", ");
    format!("({marks})")
}

/// One row with a placeholder for each column.
fn insert(table: &str, columns: &[&str]) -> String {
    format!("INSERT INTO {table} ({}) VALUES {}", columns.join(", "), placeholders(columns.len()))
}
