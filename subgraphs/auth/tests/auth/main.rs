//! The auth server through its router: no sockets, a database in a private folder, a clock that the tests move.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed step is a failed test")]

mod administration;
mod first_administrator;
mod fixture;
mod keys;
mod lists;
mod races;
mod schema;
mod secrets;
mod sessions;
mod tokens;
