//! `ServiceClient`: a program with credentials of its own.

use async_graphql::{ID, Object};
use service::DateTime;

use crate::store::ServiceClientRow;

/// A program with credentials of its own.
pub struct ServiceClient(pub ServiceClientRow);

/// A program that gets service tokens with a client id and a secret.
#[Object]
impl ServiceClient {
    /// The client id.
    async fn id(&self) -> ID {
        ID(self.0.id.clone())
    }

    /// What it is.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether it gets tokens.
    async fn active(&self) -> bool {
        self.0.active
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it last got a token.
    async fn last_token_issued_at(&self) -> Option<DateTime> {
        self.0.last_token_issued_at.map(DateTime)
    }
}
