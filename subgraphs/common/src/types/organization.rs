//! `Organization`: who issues documents.

use async_graphql::{ID, Object};
use service::DateTime;

use super::language::Language;
use crate::store::organization::Organization as Row;

/// An organization that issues documents: a ministry, an institute, a committee.
pub struct Organization(pub Row);

/// An organization that issues documents: a ministry, an institute, a committee.
#[Object]
impl Organization {
    /// The organization's id.
    async fn id(&self) -> ID {
        ID::from(&self.0.id)
    }

    /// A short stable name for addresses, e.g. msit.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// The name in a language.
    async fn name(&self, #[graphql(desc = "In which language.", default)] language: Language) -> &str {
        language.choose(&self.0.name_ko, &self.0.name_en)
    }

    /// What kind of organization it is, e.g. ministry, institute, assembly, international.
    async fn kind(&self) -> &str {
        &self.0.kind
    }

    /// The address of its home page.
    async fn homepage(&self) -> Option<&str> {
        self.0.homepage.as_deref()
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}
