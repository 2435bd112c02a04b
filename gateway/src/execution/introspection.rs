//! `__schema` and `__type`, answered from the public schema.

use apollo_compiler::introspection::partial_execute;
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use serde_json::{Map, Value};

use super::errors::{ErrorLog, ResponseError};
use super::program::Program;

/// The values of the introspection fields by response key. `variables` are coerced already.
pub(super) fn introspect(
    program: &Program,
    variables: &Map<String, Value>,
    errors: &mut ErrorLog,
) -> JsonMap {
    let operation = &program.operation;
    let Ok(definition) = operation.document.operations.get(operation.name.as_deref()) else {
        return JsonMap::new();
    };
    let mut refuse = |message: String, code: &'static str| {
        errors.push(
            0,
            ResponseError { message: message.into(), path: Vec::new(), code: code.into(), service: None },
        );
        JsonMap::new()
    };
    let variables: JsonMap = serde_json::from_value(Value::Object(variables.clone())).unwrap_or_default();
    let variables = Valid::assume_valid(variables);
    let schema = program.types.supergraph.api_schema();
    let answer =
        partial_execute(schema, &program.types.implementers, &operation.document, definition, &variables);
    match answer {
        Ok(answer) => {
            for error in answer.errors {
                refuse(error.message, "INTROSPECTION_FAILED");
            }
            answer.data.unwrap_or_default()
        }
        Err(error) => refuse(error.message().to_string(), "INTROSPECTION_FAILED"),
    }
}
