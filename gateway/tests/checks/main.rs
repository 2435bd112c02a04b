//! `gateway check`: what breaks between two public schemas, and what becomes of known operations.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod changes;
mod verdicts;
