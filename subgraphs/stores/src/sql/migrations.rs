//! The migrations of a database, one timeline for each engine.

use sqlx::migrate::Migrator;

/// The migrations of a database: the same steps, written for each engine. Servers embed them with `sqlx::migrate!`.
#[derive(Clone, Copy, Debug)]
pub struct Migrations {
    /// `migrations/<database>/sqlite`.
    pub sqlite: &'static Migrator,
    /// `migrations/<database>/mysql`.
    pub mysql: &'static Migrator,
}
