//! What all four servers share: who asks and what they may, errors, pages, scalars, tokens, the HTTP handler, health,
//! settings, shutdown and the export of the schema. A server adds its GraphQL schema and its stores, nothing else.

pub mod caller;
pub mod clock;
pub mod error;
mod http;
pub mod idempotency;
pub mod page;
mod replica_urls;
mod run;
pub mod scalars;
mod sdl;
mod server;
pub mod settings;
pub mod token;

pub use caller::{Caller, Role, User, caller, require, require_user};
pub use clock::Clock;
pub use error::{ClientError, Failure, entity, internal, nullable, or_null};
pub use http::health::Health;
pub use idempotency::{Created, Creation};
pub use page::{Connection, PageArgs, TotalCount};
pub use replica_urls::ReplicaUrls;
pub use run::{run_main, start_logs};
pub use scalars::{DateTime, Long};
pub use sdl::export_sdl;
pub use server::{Server, serve, server};
pub use settings::{Secret, Settings};
pub use token::{SharedKeys, TokenSettings};
