//! The stages from a document to an [`Operation`]: parse, bound, validate, pick, expand.

mod bound;
mod conditions;
mod deferred;
mod expand;
mod guards;
mod pick;
mod stream;
mod values;

use std::sync::Arc;

use apollo_compiler::ast;
use apollo_compiler::introspection::check_max_depth;
use apollo_compiler::parser::Parser;

use self::conditions::Conditions;
pub use self::conditions::Deferring;
use super::error::{RequestError, RequestErrorCode};
use super::limits::Limits;
use super::selection::{Field, Operation};
use crate::supergraph::Supergraph;

/// Parses, validates, bounds and normalizes one operation of a document. The answer is to come whole: `@defer` is not
/// heeded.
///
/// # Errors
/// What is wrong with the document, or more than the limits allow.
pub fn normalize(
    supergraph: &Supergraph,
    text: &str,
    operation_name: Option<&str>,
    limits: &Limits,
) -> Result<Arc<Operation>, Vec<RequestError>> {
    normalize_in_parts(supergraph, text, operation_name, limits, Deferring::Off)
}

/// The same; whether fragments are deferred is the caller's choice.
///
/// # Errors
/// What is wrong with the document, or more than the limits allow.
pub fn normalize_in_parts(
    supergraph: &Supergraph,
    text: &str,
    operation_name: Option<&str>,
    limits: &Limits,
    deferring: Deferring<'_>,
) -> Result<Arc<Operation>, Vec<RequestError>> {
    let parsed = parse(text, limits)?;
    bound::check(&parsed, limits)?;
    stream::refuse(supergraph.api_schema(), &parsed)?;
    let document = parsed.to_executable_validate(supergraph.api_schema()).map_err(|invalid| {
        RequestError::from_diagnostics(RequestErrorCode::ValidationFailed, &invalid.errors, limits.errors)
    })?;
    values::check(supergraph.api_schema(), &document)?;
    let operation = pick::operation(&document, operation_name).map_err(|error| vec![error])?;
    check_max_depth(&document, operation).map_err(|error| {
        vec![RequestError::new(RequestErrorCode::LimitExceeded, error.message().to_string())]
    })?;
    let conditions = Conditions::of(operation, deferring);
    let (selection, defers) = expand::selection(supergraph, &document, operation, &conditions)?;
    let asks_for_schema = |field: &Field| matches!(field.name.as_str(), "__schema" | "__type");
    if !limits.introspection && selection.fields.iter().any(asks_for_schema) {
        let code = RequestErrorCode::IntrospectionDisabled;
        return Err(vec![RequestError::new(code, "introspection is switched off")]);
    }
    Ok(Arc::new(Operation {
        kind: operation.operation_type,
        name: operation.name.clone(),
        variables: operation.variables.iter().map(|variable| variable.as_ref().clone()).collect(),
        selection,
        defers,
        document: Arc::new(document),
    }))
}

fn parse(text: &str, limits: &Limits) -> Result<ast::Document, Vec<RequestError>> {
    let mut parser = Parser::new().token_limit(limits.tokens).recursion_limit(limits.recursion);
    let parsed = parser.parse_ast(text, "operation.graphql");
    if parser.tokens_reached() > limits.tokens || parser.recursion_reached() > limits.recursion {
        return Err(vec![RequestError::new(
            RequestErrorCode::LimitExceeded,
            format!(
                "the document has more than {} tokens or nests deeper than {}",
                limits.tokens, limits.recursion
            ),
        )]);
    }
    parsed.map_err(|invalid| {
        RequestError::from_diagnostics(RequestErrorCode::ParseFailed, &invalid.errors, limits.errors)
    })
}
