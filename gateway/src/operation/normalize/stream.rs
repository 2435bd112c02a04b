//! `@stream` is refused by name: "unknown directive" would not say what to do.

use apollo_compiler::Schema;
use apollo_compiler::ast::{Definition, Directive, Document, Selection};

use crate::operation::error::{Location, RequestError, RequestErrorCode};

/// Refuses a document that has `@stream` on a field, unless the schema has a directive of this name.
pub(super) fn refuse(schema: &Schema, document: &Document) -> Result<(), Vec<RequestError>> {
    if schema.directive_definitions.contains_key("stream") {
        return Ok(());
    }
    let mut open: Vec<&Selection> = Vec::new();
    for definition in &document.definitions {
        match definition {
            Definition::OperationDefinition(operation) => open.extend(&operation.selection_set),
            Definition::FragmentDefinition(fragment) => open.extend(&fragment.selection_set),
            _ => {}
        }
    }
    while let Some(selection) = open.pop() {
        match selection {
            Selection::Field(field) => {
                if let Some(directive) = field.directives.get("stream") {
                    return Err(vec![refusal(document, directive)]);
                }
                open.extend(&field.selection_set);
            }
            Selection::InlineFragment(inline) => open.extend(&inline.selection_set),
            Selection::FragmentSpread(_) => {}
        }
    }
    Ok(())
}

fn refusal(document: &Document, directive: &apollo_compiler::Node<Directive>) -> RequestError {
    let message = "`@stream` is not supported: ask for the list without it, or for its items by pages; a fragment with \
                   `@defer` may come later";
    let mut error = RequestError::new(RequestErrorCode::StreamNotSupported, message);
    let place = directive.location().and_then(|span| span.line_column(&document.sources));
    error.locations = place.into_iter().map(|p| Location { line: p.line, column: p.column }).collect();
    error
}
