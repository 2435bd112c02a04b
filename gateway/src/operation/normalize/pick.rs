//! Picks the operation to execute out of a document.

use apollo_compiler::Node;
use apollo_compiler::executable::{ExecutableDocument, Operation};

use crate::operation::error::{RequestError, RequestErrorCode};

/// The operation named, or the only one.
pub(super) fn operation<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a Node<Operation>, RequestError> {
    let wrong = |message: String| RequestError::new(RequestErrorCode::OperationResolutionFailure, message);
    match name {
        Some(name) => document
            .operations
            .named
            .get(name)
            .ok_or_else(|| wrong(format!("the document has no operation `{name}`"))),
        None => {
            let mut all = document.operations.iter();
            match (all.next(), all.next()) {
                (Some(only), None) => Ok(only),
                (None, _) => Err(wrong("the document has no operation".to_owned())),
                _ => Err(wrong("the document has several operations: `operationName` is needed".to_owned())),
            }
        }
    }
}
