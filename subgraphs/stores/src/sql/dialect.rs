//! The few statements whose text differs between engines.

use std::fmt::Write as _;

/// Writes the statements whose text differs between engines. Table and column names come from the code, never from users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite.
    Sqlite,
}

impl Dialect {
    /// Inserts a row, or overwrites `update` of the row that has the same `key`; with nothing to update the row that stands
    /// there stays. One placeholder per column, in order.
    pub fn upsert(self, table: &str, columns: &[&str], key: &[&str], update: &[&str]) -> String {
        let mut sql = insert(table, columns);
        match self {
            Self::Sqlite => {
                let key = key.join(", ");
                let changes: Vec<_> =
                    update.iter().map(|column| format!("{column} = excluded.{column}")).collect();
                let action = match changes.is_empty() {
                    true => "NOTHING".to_owned(),
                    false => format!("UPDATE SET {}", changes.join(", ")),
                };
                let _ = write!(sql, " ON CONFLICT ({key}) DO {action}");
            }
        }
        sql
    }

    /// Inserts a row unless one with the same unique key stands there; the number of affected rows tells which it was. One
    /// placeholder per column, in order.
    pub fn insert_or_ignore(self, table: &str, columns: &[&str]) -> String {
        match self {
            Self::Sqlite => format!("{} ON CONFLICT DO NOTHING", insert(table, columns)),
        }
    }

    /// What ends a `SELECT` that locks its rows until the transaction ends; empty where a transaction locks as a whole.
    pub fn for_update(self) -> &'static str {
        match self {
            Self::Sqlite => "",
        }
    }
}

fn insert(table: &str, columns: &[&str]) -> String {
    format!("INSERT INTO {table} ({}) VALUES {}", columns.join(", "), super::placeholders(columns.len()))
}
