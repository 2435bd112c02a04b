//! The three kinds of store behind one small interface each: SQL databases, search indexes, files. Servers see only these
//! interfaces; which engine is behind them is decided where a store is opened.

pub mod files;
pub mod search;
pub mod sql;

#[cfg(any(feature = "mysql", feature = "elasticsearch"))]
mod failfast;
#[cfg(any(feature = "mysql", feature = "elasticsearch"))]
mod retry_budget;

/// Why a store did not do what was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// The store cannot be reached or did not answer in time; trying again later may help.
    #[error("the {store} store is unavailable: {detail}")]
    Unavailable {
        /// Which store, as `schema/access.toml` names it.
        store: String,
        /// What happened, for the log.
        detail: String,
    },
    /// The engine rolled a transaction back in favour of another one; the same again may succeed (`sql::again`).
    #[error("{store} rolled the transaction back: {detail}")]
    RolledBack {
        /// Which store, as `schema/access.toml` names it.
        store: String,
        /// What happened, for the log.
        detail: String,
    },
    /// A unique constraint refused the write.
    #[error("already there: {constraint}")]
    AlreadyExists {
        /// The constraint or columns named by the engine.
        constraint: String,
    },
    /// A name or path is not allowed (leaves the root, is empty, has control characters).
    #[error("not a valid name: {0}")]
    InvalidName(String),
    /// There is no such file.
    #[error("no such file: {0}")]
    NotFound(String),
    /// What was to be written is longer than allowed; nothing was kept.
    #[error("longer than the allowed {max_bytes} bytes")]
    TooLarge {
        /// The limit that was given.
        max_bytes: u64,
    },
    /// What was to be written ended before its end; nothing was kept.
    #[error("the input was interrupted: {0}")]
    Interrupted(String),
    /// The statement, document or stored data is wrong: a fault of ours.
    #[error("internal store error: {0}")]
    Internal(String),
}

/// What store functions return.
pub type Result<T> = std::result::Result<T, StoreError>;
