//! Users' access tokens: where the keys to check them come from, and the check.

mod keys;
mod token_settings;
mod verify;

pub use jsonwebtoken::jwk::JwkSet;
pub use keys::{KeySource, Keys, SharedKeys};
pub use token_settings::TokenSettings;
pub use verify::{TokenError, Verifier};
