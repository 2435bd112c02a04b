//! Where a database is: on a MySQL server, or in the data folder.

use std::path::Path;

use serde::Deserialize;
use stores::sql::Database;

use super::Secret;

/// A database on a MySQL or MariaDB server. Where a setting of this kind is absent the database is a file in the data folder.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSettings {
    /// `mysql://USER@HOST:PORT/DATABASE`; `?ssl-mode=VERIFY_CA&ssl-ca=PATH` and the like may follow.
    pub url: String,
    /// The user's password.
    #[serde(default)]
    pub password: Option<Secret>,
}

impl DatabaseSettings {
    /// Opens the database that the settings name; without settings the file `sql/NAME.sqlite` in the data folder.
    ///
    /// # Errors
    /// When the URL cannot be read, or the file cannot be opened. A server that does not answer is no error: until it does, all
    /// that needs it is `Unavailable`.
    pub async fn open(settings: Option<&Self>, name: &str, data: &Path) -> stores::Result<Database> {
        match settings {
            Some(Self { url, password }) => {
                Database::open_mysql(name, url, password.as_ref().map(Secret::expose))
            }
            None => Database::open_sqlite(name, &data.join("sql").join(format!("{name}.sqlite"))).await,
        }
    }
}
