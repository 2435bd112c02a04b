//! `ApiKey`: lets a program act for its owner.

use async_graphql::{ID, Object};
use service::DateTime;

use crate::store::ApiKeyRow;

/// A personal API key.
pub struct ApiKey(pub ApiKeyRow);

/// A personal API key: a program exchanges it for access tokens that act for its owner. The key itself is shown only once,
/// when it is made.
#[Object]
impl ApiKey {
    /// The id, a UUID.
    async fn id(&self) -> ID {
        ID(self.0.id.clone())
    }

    /// What its owner calls it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Its first characters, to tell keys apart.
    async fn hint(&self) -> &str {
        &self.0.hint
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it ends; null if never.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at.map(DateTime)
    }

    /// When it was last exchanged for an access token.
    async fn last_used_at(&self) -> Option<DateTime> {
        self.0.last_used_at.map(DateTime)
    }
}
