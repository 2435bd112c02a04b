//! `SigningKey`: what administrators see of the keys that sign tokens.

use async_graphql::{Enum, ID, Object};
use service::DateTime;

use crate::store::{KeyState, SigningKeyRow};

/// Where a signing key is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum SigningKeyState {
    /// Published, so that everyone knows it before it is used.
    Next,
    /// Signs.
    Active,
    /// Signs no more, but tokens signed by it are still accepted.
    Retired,
}

/// A key that signs access tokens.
pub struct SigningKey(pub SigningKeyRow);

/// A key that signs access tokens. Its public part is at /.well-known/jwks.json of the auth server.
#[Object]
impl SigningKey {
    /// The key id, as tokens name it.
    async fn id(&self) -> ID {
        ID(self.0.kid.clone())
    }

    /// Where it is in its life.
    async fn state(&self) -> SigningKeyState {
        match self.0.state {
            KeyState::Next => SigningKeyState::Next,
            KeyState::Active => SigningKeyState::Active,
            KeyState::Retired => SigningKeyState::Retired,
        }
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it began to sign.
    async fn activated_at(&self) -> Option<DateTime> {
        self.0.activated_at.map(DateTime)
    }

    /// When it stopped to sign.
    async fn retired_at(&self) -> Option<DateTime> {
        self.0.retired_at.map(DateTime)
    }
}
