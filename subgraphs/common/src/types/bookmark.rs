//! `Bookmark`: a document that a user has put aside.

use async_graphql::{ID, Object};
use service::DateTime;

use super::document::Document;
use crate::store::bookmark::Bookmark as Row;

/// A document that a user has put aside.
pub struct Bookmark(pub Row);

/// A document that a user has put aside.
#[Object]
impl Bookmark {
    /// The bookmark's id.
    async fn id(&self) -> ID {
        ID::from(&self.0.id)
    }

    /// The document; null if it is gone or the server that has it does not answer.
    async fn document(&self) -> Option<Document> {
        Some(Document(self.0.document_id.clone()))
    }

    /// The user's own words about it.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When the note was last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}
