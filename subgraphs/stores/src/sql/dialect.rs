//! The few statements whose text differs between engines.

/// Writes the statements whose text differs between engines. Table and column names come from the code, never from users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite.
    Sqlite,
    /// MySQL and MariaDB.
    MySql,
}

impl Dialect {
    /// What ends a `SELECT` that locks its rows until the transaction ends; empty where a transaction locks as a whole.
    pub fn for_update(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::MySql => " FOR UPDATE",
        }
    }

    /// As `for_update`, for rows of which any will do: those that another transaction has locked are passed over.
    pub fn for_update_of_free(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::MySql => " FOR UPDATE SKIP LOCKED",
        }
    }
}
