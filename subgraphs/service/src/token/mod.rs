//! Users' access tokens: where the keys to check them come from, and the check.

mod keys;
mod verify;

pub use jsonwebtoken::jwk::JwkSet;
pub use keys::{KeySource, Keys, SharedKeys};
pub use verify::{TokenError, Verifier};
