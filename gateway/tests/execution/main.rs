//! Execution: plans over subgraphs that tell the truth, lie, fail or hang, and what the client is answered.

mod entities;
mod faults;
mod harness;
mod nulls;
mod oracle;

mod requests;
mod subscriptions;
mod transports;
