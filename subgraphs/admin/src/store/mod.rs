//! What admin may reach, alone: the MySQL database `crawl_info` and the NAS. One file per group of tables: SQL in, domain
//! structs out.

pub mod blobs;
pub mod files;
pub mod items;
pub mod links;
pub mod pages;
pub mod parts;
pub mod runs;
pub mod sources;
pub mod uploads;

use service::Clock;
use stores::Result;
use stores::files::Files;
use stores::sql::{Database, Migrations, Migrator};

static SQLITE: Migrator = sqlx::migrate!("../../migrations/crawl_info/sqlite");
static MYSQL: Migrator = sqlx::migrate!("../../migrations/crawl_info/mysql");
const CRAWL_INFO: Migrations = Migrations { sqlite: &SQLITE, mysql: &MYSQL };

/// The stores that admin is given.
#[derive(Clone)]
pub struct Stores {
    /// Sources, runs, items, names of files, uploads.
    pub crawl_info: Database,
    /// The contents of files.
    pub files: Files,
}

/// The stores with the clock that stamps their rows. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    /// Rows.
    pub database: Database,
    /// Contents.
    pub files: Files,
    /// The time.
    pub clock: Clock,
}

impl Store {
    /// Brings the database to the newest schema.
    pub async fn open(stores: Stores, clock: Clock) -> Result<Self> {
        stores.crawl_info.migrate(&CRAWL_INFO).await?;
        Ok(Self { database: stores.crawl_info, files: stores.files, clock })
    }

    /// Now, in microseconds since 1970.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }
}

/// A new id: UUIDv7, so that ids made later sort later.
pub fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// Gives an enum of the database its names there.
macro_rules! names {
    ($type:ident { $($variant:ident = $name:literal),* $(,)? }) => {
        impl $type {
            /// As the database writes it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// Read from the database.
            pub fn from_name(name: &str) -> stores::Result<Self> {
                match name {
                    $($name => Ok(Self::$variant),)*
                    other => Err(stores::StoreError::Internal(format!("{} has no value {other}", stringify!($type)))),
                }
            }
        }
    };
}
pub(crate) use names;
