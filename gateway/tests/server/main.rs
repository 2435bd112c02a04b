//! The gateway's server from outside: HTTP, WebSocket, tokens, configuration, shutdown. The engine is a double that answers
//! by the text of the query, so that these tests are about the server alone.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    reason = "a test's helpers fail by panicking"
)]

mod cli;
mod config;
mod connections;
mod deferred;
mod engine;
mod engine_double;
#[path = "../doubles/events.rs"]
mod event_double;
mod graphiql;
mod http;
mod long_bodies;
mod pass_through;
#[path = "../doubles/replica.rs"]
mod replica_double;
mod shared_subscriptions;
mod shutdown;
mod subscriptions;
mod support;
mod tokens;
mod websocket;
