//! The HTTP side of a server: GraphQL at `/graphql`, health, request ids, and the server's own extra routes.

mod body;
mod events;
pub mod graphql;
pub mod health;
mod identify;
pub(crate) use identify::Identification;
mod refusal;
pub mod request_id;
pub(crate) mod routes;
