//! SQL databases: statements with `?` placeholders that SQLite and MySQL share, values in, rows out.
//!
//! Conventions for all schemas: ids are UUIDv7 text made in Rust, time is BIGINT microseconds since 1970 (UTC), booleans
//! are 0/1 integers, JSON is text.

use std::path::Path;

use crate::Result;

/// A value bound to a placeholder.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// NULL.
    Null,
    /// Integers, booleans (0/1) and times (microseconds).
    Int(i64),
    /// Floating point.
    Real(f64),
    /// Text, JSON included.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

/// Binds arguments: `params![id, name, created_at]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::sql::Value::from($value)),*] as &[$crate::sql::Value] };
}

/// One database. Cheap to clone. Counts its statements, so that tests can show that a list of 50 costs as many as one of 5.
#[derive(Clone)]
pub struct Database {}

/// An open transaction; dropped without `commit` it is rolled back. On SQLite it begins IMMEDIATE (it is for writing).
pub struct Transaction {}

/// One row of an answer, read by column name.
pub struct Row {}

/// `(?, ?, ?)` for `IN`.
pub fn placeholders(count: usize) -> String {
    let marks = vec!["?"; count.max(1)].join(", ");
    format!("({marks})")
}

/*  To be implemented with exactly these signatures:

impl Database {
    /// Opens (creates) a SQLite file: WAL, synchronous NORMAL, foreign keys, one writer and a few readers.
    pub async fn open_sqlite(name: &str, file: &Path) -> Result<Self>;
    /// Applies what is missing of `migrations` (sqlx Migrator embedded by the server's crate from migrations/<database>/sqlite).
    pub async fn migrate(&self, migrator: &sqlx::migrate::Migrator) -> Result<()>;
    pub async fn query(&self, sql: &str, args: &[Value]) -> Result<Vec<Row>>;
    pub async fn query_optional(&self, sql: &str, args: &[Value]) -> Result<Option<Row>>;
    pub async fn execute(&self, sql: &str, args: &[Value]) -> Result<u64>;   // affected rows
    pub async fn begin(&self) -> Result<Transaction>;
    pub fn statements(&self) -> u64;     // statements so far, transactions' included
    pub fn dialect(&self) -> Dialect;    // small struct: upsert(..), insert_or_ignore(..), for_update()
    pub async fn ping(&self) -> Result<()>;   // for readiness
}
impl Transaction { query, query_optional, execute, pub async fn commit(self) -> Result<()> }
impl Row { int, opt_int, real, opt_real, text, opt_text, boolean, blob, opt_blob, json<T: DeserializeOwned> : (&self, column: &str) -> Result<_> }
impl From<..> for Value: i64, i32, u32, bool, f64, &str, String, &String, Vec<u8>, Option<T> of each
*/
