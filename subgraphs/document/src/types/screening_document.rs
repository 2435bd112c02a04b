//! `ScreeningDocument`: a document of screening.

use service::DateTime;

use super::document::{detail_number, detail_text, document_type};

document_type! {
    /// A screened item.
    ScreeningDocument {
        /// How grave it is: a code of the table risk-level.
        async fn risk_level(&self) -> Option<&str> {
            detail_text(&self.0, "riskLevel")
        }

        /// When it was screened.
        async fn screened_at(&self) -> Option<DateTime> {
            detail_number(&self.0, "screenedAt").map(DateTime)
        }

        /// Why it was screened.
        async fn reason(&self) -> Option<&str> {
            detail_text(&self.0, "reason")
        }
    }
}
