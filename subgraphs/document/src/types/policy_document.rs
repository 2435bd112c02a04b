//! `PolicyDocument`: a document of politica.

use super::document::{detail_text, document_type};

document_type! {
    /// A document about politics and policy.
    PolicyDocument {
        /// The area of policy, e.g. legislation.
        async fn policy_area(&self) -> Option<&str> {
            detail_text(&self.0, "policyArea")
        }

        /// How far the policy is: a code of the table policy-stage.
        async fn stage(&self) -> Option<&str> {
            detail_text(&self.0, "stage")
        }
    }
}
