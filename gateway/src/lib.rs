//! A GraphQL federation gateway: subgraph schemas are composed into one supergraph, operations are planned over it and
//! executed against the subgraphs. Data flows one way, in the order of these modules; no module imports a later one.

pub mod checks;
pub mod composition;
pub mod config;
pub mod engine;
pub mod execution;
pub mod operation;
pub mod planning;
pub mod server;
pub mod supergraph;
