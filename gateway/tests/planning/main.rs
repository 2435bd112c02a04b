//! Plans: subgraphs and operation in, printed plan out, one file per federation feature. Every plan passes the oracle.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod abstract_types;
mod conditions;
mod contexts;
mod contracts;
#[path = "../doubles/corpus.rs"]
mod corpus;
mod deferred;
mod generated;
mod interface_objects;
mod join_versions;
mod keys;
mod mutations;
mod operations;
mod oracle;
mod ownership;
mod pathological;
#[path = "../doubles/pathological.rs"]
mod pathological_schemas;
mod provides;
mod requires;
mod satisfiability;
mod shared_fields;
mod subscriptions;
mod supergraphs;
mod support;
mod validation;
mod value_types;
