//! Variable values as the client sent them to values of the declared types (GraphQL spec, "Coercing Variable Values").

use apollo_compiler::ast::{self, Type};
use apollo_compiler::schema::ExtendedType;
use serde_json::{Map, Value};

use super::error::{RequestError, RequestErrorCode};
use super::selection::Operation;
use crate::supergraph::Supergraph;

/// Coerces the values of an operation's variables. Values of variables that it does not declare are dropped.
pub fn coerce_variables(
    supergraph: &Supergraph,
    operation: &Operation,
    values: &Map<String, Value>,
) -> Result<Map<String, Value>, Vec<RequestError>> {
    let mut coerced = Map::new();
    let mut errors = Vec::new();
    for variable in &operation.variables {
        let name = variable.name.as_str();
        let at = format!("variable `${name}`");
        match (values.get(name), &variable.default_value) {
            (Some(value), _) => match coerce(supergraph, &at, &variable.ty, value) {
                Ok(value) => drop(coerced.insert(name.to_owned(), value)),
                Err(message) => errors.push(message),
            },
            (None, Some(default)) => {
                let default = constant(default);
                match coerce(supergraph, &at, &variable.ty, &default) {
                    Ok(value) => drop(coerced.insert(name.to_owned(), value)),
                    Err(message) => errors.push(message),
                }
            }
            (None, None) if variable.ty.is_non_null() => {
                errors.push(format!("{at} of type `{}` is missing", variable.ty))
            }
            (None, None) => {}
        }
    }
    if errors.is_empty() {
        return Ok(coerced);
    }
    Err(errors
        .into_iter()
        .map(|message| RequestError::new(RequestErrorCode::BadUserInput, message))
        .collect())
}

fn coerce(supergraph: &Supergraph, at: &str, ty: &Type, value: &Value) -> Result<Value, String> {
    if value.is_null() {
        return match ty.is_non_null() {
            true => Err(format!("{at} of type `{ty}` must not be null")),
            false => Ok(Value::Null),
        };
    }
    match ty {
        Type::List(item) | Type::NonNullList(item) => {
            let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            let coerced = items.iter().enumerate().map(|(index, value)| {
                let at =
                    if value.is_null() || items.len() > 1 { format!("{at}[{index}]") } else { at.to_owned() };
                coerce(supergraph, &at, item, value)
            });
            coerced.collect::<Result<Vec<_>, _>>().map(Value::Array)
        }
        Type::Named(name) | Type::NonNullNamed(name) => coerce_named(supergraph, at, name, value),
    }
}

fn coerce_named(supergraph: &Supergraph, at: &str, name: &str, value: &Value) -> Result<Value, String> {
    let fits = match (supergraph.api_schema().types.get(name), name) {
        (Some(ExtendedType::InputObject(input)), _) => {
            let fields =
                value.as_object().ok_or_else(|| format!("{at} must be an object of type `{name}`"))?;
            return coerce_object(supergraph, at, input, fields);
        }
        (Some(ExtendedType::Enum(definition)), _) => {
            value.as_str().is_some_and(|v| definition.values.contains_key(v))
        }
        (_, "Int") => value.as_i64().or_else(|| whole(value)).is_some_and(|v| i32::try_from(v).is_ok()),
        (_, "Float") => value.is_number(),
        (_, "String") => value.is_string(),
        (_, "Boolean") => value.is_boolean(),
        (_, "ID") => value.is_string() || value.is_i64() || value.is_u64(),
        _ => true,
    };
    match fits {
        true => Ok(match (name, value.as_i64().or_else(|| whole(value))) {
            ("Int", Some(number)) => Value::from(number),
            _ => value.clone(),
        }),
        false => Err(format!("{at} has a value that is not of type `{name}`")),
    }
}

/// `3.0` is an integer in JSON.
fn whole(value: &Value) -> Option<i64> {
    let number = value.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 9e15)?;
    Some(number as i64)
}

fn coerce_object(
    supergraph: &Supergraph,
    at: &str,
    input: &apollo_compiler::schema::InputObjectType,
    values: &Map<String, Value>,
) -> Result<Value, String> {
    if let Some(unknown) = values.keys().find(|key| !input.fields.contains_key(key.as_str())) {
        return Err(format!("{at} has a field `{unknown}` that `{}` does not have", input.name));
    }
    if input.directives.iter().any(|d| d.name == "oneOf")
        && (values.len() != 1 || values.values().any(Value::is_null))
    {
        return Err(format!("{at} must have exactly one field of `{}`, not null", input.name));
    }
    let mut coerced = Map::new();
    for field in input.fields.values() {
        let name = field.name.as_str();
        let at = format!("{at}.{name}");
        match (values.get(name), &field.default_value) {
            (Some(value), _) => {
                drop(coerced.insert(name.to_owned(), coerce(supergraph, &at, &field.ty, value)?))
            }
            (None, Some(default)) => drop(coerced.insert(name.to_owned(), constant(default))),
            (None, None) if field.ty.is_non_null() => {
                return Err(format!("{at} of type `{}` is missing", field.ty));
            }
            (None, None) => {}
        }
    }
    Ok(Value::Object(coerced))
}

/// A constant of the document as JSON. Enum values are strings.
fn constant(value: &ast::Value) -> Value {
    match value {
        ast::Value::Null | ast::Value::Variable(_) => Value::Null,
        ast::Value::Enum(name) => Value::from(name.as_str()),
        ast::Value::String(text) => Value::from(text.as_str()),
        ast::Value::Boolean(value) => Value::from(*value),
        ast::Value::Int(number) => serde_json::from_str(number.as_str()).unwrap_or(Value::Null),
        ast::Value::Float(number) => serde_json::from_str(number.as_str()).unwrap_or(Value::Null),
        ast::Value::List(items) => items.iter().map(|item| constant(item)).collect(),
        ast::Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, value)| (name.to_string(), constant(value))).collect())
        }
    }
}
