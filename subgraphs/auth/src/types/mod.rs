//! The GraphQL types of this server, one per file.

mod api_key;
mod failures;
mod service_client;
mod session;
mod signing_key;
mod user;

pub use api_key::ApiKey;
pub use failures::{InvalidInput, PasswordRefused, TooManyAttempts};
pub use service_client::ServiceClient;
pub use session::Session;
pub use signing_key::SigningKey;
pub use user::{User, UserRole};
