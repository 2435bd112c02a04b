//! What every engine refuses of a document, so that all refuse the same.

use crate::StoreError;

/// Elasticsearch takes no longer ids, in bytes.
const LONGEST_ID: usize = 512;

/// Why a document of this id cannot be indexed.
pub(super) fn refusal(id: &str) -> Option<StoreError> {
    let fits = !id.is_empty() && id.len() <= LONGEST_ID;
    let shown: String = id.chars().take(40).collect();
    let because = format!("the id {shown:?}… has {} bytes; it must have 1 to {LONGEST_ID}", id.len());
    (!fits).then_some(StoreError::Internal(because))
}
