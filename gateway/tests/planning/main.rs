//! Plans: subgraphs and operation in, printed plan out, one file per federation feature. Every plan passes the oracle.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod abstract_types;
mod conditions;
mod interface_objects;
mod keys;
mod mutations;
mod oracle;
mod ownership;
mod provides;
mod requires;
mod subscriptions;
mod support;
mod value_types;
