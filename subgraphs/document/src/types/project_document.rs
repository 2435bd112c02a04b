//! `ProjectDocument`: a document of project.

use service::{DateTime, Long};

use super::document::{detail_number, detail_text, document_type};

document_type! {
    /// A research project.
    ProjectDocument {
        /// The project's number.
        async fn project_number(&self) -> Option<&str> {
            detail_text(&self.0, "projectNumber")
        }

        /// The budget in won.
        async fn budget(&self) -> Option<Long> {
            detail_number(&self.0, "budget").map(Long)
        }

        /// When it starts.
        async fn starts_on(&self) -> Option<DateTime> {
            detail_number(&self.0, "startsOn").map(DateTime)
        }

        /// When it ends.
        async fn ends_on(&self) -> Option<DateTime> {
            detail_number(&self.0, "endsOn").map(DateTime)
        }

        /// Who leads it.
        async fn lead(&self) -> Option<&str> {
            detail_text(&self.0, "lead")
        }
    }
}
