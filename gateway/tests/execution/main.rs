//! Execution: plans over subgraphs that tell the truth, lie, fail or hang, and what the client is answered.

#![expect(clippy::unwrap_used, clippy::panic, reason = "in tests they are how a failure is told")]

mod contexts;
#[path = "../doubles/corpus.rs"]
mod corpus;
mod deferred;
mod differential;
mod entities;
mod faults;
mod found;
mod harness;
mod introspection;
mod labels;
mod lies;
mod nulls;
mod oracle;
mod order;
#[path = "../doubles/replica.rs"]
mod replica_double;
mod replicas;
mod requests;
mod sharing;
mod subscriptions;
mod transports;
mod websockets;
