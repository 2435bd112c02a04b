//! The document server, on the stores that `KNLAB_TEST_STORES` names.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod documents;
mod entities;
mod faults;
mod search;
mod world;
