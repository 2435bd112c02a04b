//! The auth database: one file per group of tables. Of passwords, tokens and keys only hashes come in here.

mod api_keys;
mod failures;
mod refresh;
mod service_clients;
mod sessions;
mod signing_keys;
mod users;

use stores::sql::Database;

pub use api_keys::{API_KEYS, ApiKeyRow};
pub use refresh::{NewToken, Rotation};
pub use service_clients::{SERVICE_CLIENTS, ServiceClientRow};
pub use sessions::SessionRow;
pub use signing_keys::{KeyState, SigningKeyRow};
pub use users::{USERS, UserChange, UserChanged, UserFilter, UserRow, email_key};

/// The tables of the auth database.
#[derive(Clone)]
pub struct Store {
    db: Database,
}

impl Store {
    /// The store over an opened and migrated database.
    pub fn new(db: Database) -> Self {
        Self { db }
    }

    /// The database, to look for what a request has created before.
    pub fn database(&self) -> &Database {
        &self.db
    }
}

/// Which rows of a nested list: those after a cursor, at most so many, for each of several owners.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Slice {
    /// The id of the last item seen; the list goes on below it (newest first).
    pub after: Option<String>,
    /// How many rows at most, per owner.
    pub limit: i64,
}
