//! Files of the NAS outside GraphQL: which names are allowed, signed links, and the routes behind them.

pub mod arriving;
pub mod download;
pub mod joining;
pub mod kind;
pub mod links;
pub mod names;
pub mod parts;
pub mod range;
pub mod refusal;
pub mod routes;
pub mod tus;
pub mod upload;
