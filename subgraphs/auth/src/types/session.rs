//! `Session`: one sign-in, until it ends.

use async_graphql::{ID, Object};
use service::DateTime;

use crate::store::SessionRow;

/// One sign-in on one device.
pub struct Session {
    /// As stored.
    pub row: SessionRow,
    /// The session of the caller.
    pub current: Option<String>,
}

/// One sign-in on one device, until it ends.
#[Object]
impl Session {
    /// The id, a UUID.
    async fn id(&self) -> ID {
        ID(self.row.id.clone())
    }

    /// What the client said it runs on.
    async fn device(&self) -> Option<&str> {
        self.row.device.as_deref()
    }

    /// When it began.
    async fn created_at(&self) -> DateTime {
        DateTime(self.row.created_at)
    }

    /// When its tokens were last renewed.
    async fn last_used_at(&self) -> DateTime {
        DateTime(self.row.last_used_at)
    }

    /// When it ends at the latest.
    async fn expires_at(&self) -> DateTime {
        DateTime(self.row.expires_at)
    }

    /// Whether the request itself came with a token of this session.
    async fn current(&self) -> bool {
        self.current.as_deref() == Some(&self.row.id)
    }
}
