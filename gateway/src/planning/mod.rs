//! Supergraph and operation to a query plan: which subgraph is asked what, in which order. Pure: no async, no IO, no clock.

pub mod query_plan;
