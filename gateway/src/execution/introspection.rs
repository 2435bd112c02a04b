//! `__schema` and `__type`, answered from the public schema.

use apollo_compiler::introspection::partial_execute;
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use serde_json::{Map, Value};

use super::errors::{ErrorLog, ResponseError};
use super::one_of;
use super::program::Program;

/// The values of the introspection fields by response key. `variables` are coerced already.
pub(super) fn introspect(
    program: &Program,
    variables: &Map<String, Value>,
    errors: &mut ErrorLog,
) -> JsonMap {
    let (operation, schema) = (&program.operation, program.types.supergraph.api_schema());
    let replaced = one_of::names_instead(schema, &operation.document);
    let document = replaced.as_ref().unwrap_or(&operation.document);
    let Ok(definition) = document.operations.get(operation.name.as_deref()) else {
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
    match partial_execute(schema, &program.types.implementers, document, definition, &variables) {
        Ok(answer) => {
            for error in answer.errors {
                refuse(error.message, "INTROSPECTION_FAILED");
            }
            let data = answer.data.unwrap_or_default();
            if replaced.is_some() { one_of::answer(schema, data) } else { data }
        }
        Err(error) => refuse(error.message().to_string(), "INTROSPECTION_FAILED"),
    }
}
