//! Which kind of stores a test gets.

/// Which kind of stores a test gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// SQLite files, tantivy, folders: nothing but Rust is needed.
    Embedded,
    /// MySQL and a search engine, shared by all tests of a run.
    Real,
}

impl Kind {
    /// What `KNLAB_TEST_STORES` says: `embedded`, also when it is not set, or `real`.
    pub fn of_environment() -> Self {
        match std::env::var("KNLAB_TEST_STORES").as_deref() {
            Err(_) | Ok("" | "embedded") => Self::Embedded,
            Ok("real") => Self::Real,
            Ok(other) => panic!("KNLAB_TEST_STORES is {other}; it can be embedded or real"),
        }
    }
}
