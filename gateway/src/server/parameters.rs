//! The parameters of a request, from a JSON body or a query string, strictly: what could be read in two ways is refused.

use std::fmt;

use axum::extract::Query;
use http::Uri;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::engine::GraphqlRequest;

use super::refusal::Refusal;

/// Reads a POST body.
pub fn from_body(body: &[u8]) -> Result<GraphqlRequest, Refusal> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let text = std::str::from_utf8(body).map_err(|error| {
        Refusal::bad_request(format!("the body is not UTF-8: wrong byte at offset {}", error.valid_up_to()))
    })?;
    from_value(strict_json(text).map_err(|reason| Refusal::bad_request(format!("the body {reason}")))?)
}

/// Reads the parameters from a JSON value that is already parsed.
pub fn from_value(value: Value) -> Result<GraphqlRequest, Refusal> {
    let mut parameters = match value {
        Value::Object(parameters) => parameters,
        Value::Array(_) => {
            return Err(Refusal::bad_request(
                "a list of operations is not accepted; send one operation a request",
            ));
        }
        _ => return Err(Refusal::bad_request("the body must be a JSON object with `query`")),
    };
    let operation_name = optional_text(parameters.remove("operationName"), "operationName")?;
    let variables = optional_object(parameters.remove("variables"), "variables")?;
    let extensions = optional_object(parameters.remove("extensions"), "extensions")?;
    let query = optional_text(parameters.remove("query"), "query")?;
    request(query, operation_name, variables, &extensions)
}

/// Reads a GET query string.
pub fn from_query_string(uri: &Uri) -> Result<GraphqlRequest, Refusal> {
    let raw = uri.query().unwrap_or_default();
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri)
        .map_err(|_| Refusal::bad_request("the query string cannot be read"))?;
    let replaced = pairs.iter().any(|(_, value)| value.contains(char::REPLACEMENT_CHARACTER));
    if replaced && !raw.to_ascii_uppercase().contains("%EF%BF%BD") {
        return Err(Refusal::bad_request("the query string is not UTF-8"));
    }
    let (mut query, mut operation_name, mut variables, mut extensions) = (None, None, None, None);
    for (name, value) in pairs {
        let target = match name.as_str() {
            "query" => &mut query,
            "operationName" => &mut operation_name,
            "variables" => &mut variables,
            "extensions" => &mut extensions,
            _ => continue,
        };
        if target.replace(value).is_some() {
            return Err(Refusal::bad_request(format!("`{name}` stands twice in the query string")));
        }
    }
    let object = |text: Option<String>, name: &str| match text.filter(|text| !text.is_empty()) {
        Some(text) => {
            let value =
                strict_json(&text).map_err(|reason| Refusal::bad_request(format!("`{name}` {reason}")))?;
            optional_object(Some(value), name)
        }
        None => Ok(Map::new()),
    };
    let (variables, extensions) = (object(variables, "variables")?, object(extensions, "extensions")?);
    let operation_name = operation_name.filter(|name| !name.is_empty());
    Ok(GraphqlRequest { only_queries: true, ..request(query, operation_name, variables, &extensions)? })
}

fn request(
    query: Option<String>,
    operation_name: Option<String>,
    variables: Map<String, Value>,
    extensions: &Map<String, Value>,
) -> Result<GraphqlRequest, Refusal> {
    match query {
        Some(query) => {
            Ok(GraphqlRequest { query, operation_name, variables, only_queries: false, parts: None })
        }
        None if extensions.contains_key("persistedQuery") => Err(Refusal::new(
            http::StatusCode::BAD_REQUEST,
            "PERSISTED_QUERY_NOT_SUPPORTED",
            "PersistedQueryNotSupported",
        )),
        None => Err(Refusal::bad_request("the parameter `query` is missing")),
    }
}

fn optional_text(value: Option<Value>, name: &str) -> Result<Option<String>, Refusal> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Refusal::bad_request(format!("the parameter `{name}` must be a string"))),
    }
}

fn optional_object(value: Option<Value>, name: &str) -> Result<Map<String, Value>, Refusal> {
    match value {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(object)) => Ok(object),
        Some(_) => Err(Refusal::bad_request(format!("the parameter `{name}` must be a JSON object"))),
    }
}

/// Parses JSON; refuses keys that stand twice and integers that would be rounded. The error says where.
pub fn strict_json(text: &str) -> Result<Value, String> {
    let Strict(value) = serde_json::from_str(text).map_err(|error| format!("is not valid JSON: {error}"))?;
    match long_integer(text) {
        Some(offset) => Err(format!(
            "holds an integer that is too long to be exact at offset {offset}; send it as a string"
        )),
        None => Ok(value),
    }
}

/// Where an integer literal outside of strings has more digits than 64 bits hold for sure. The text is valid JSON.
fn long_integer(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                at += 1;
                while bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
            }
            b'0'..=b'9' => {
                let end = at + bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                let fraction = matches!(bytes.get(end), Some(b'.' | b'e' | b'E'));
                if !fraction && end - at > 18 {
                    return Some(at);
                }
                at = end;
                if fraction {
                    let number = |byte: &&u8| byte.is_ascii_digit() || b".eE+-".contains(byte);
                    at += bytes[at..].iter().take_while(number).count();
                }
            }
            _ => at += 1,
        }
    }
    None
}

/// A JSON value without duplicate keys.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Strict, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Strict)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if map.contains_key(&key) {
                let key: String = key.chars().take(60).collect();
                return Err(de::Error::custom(format_args!("the key {key:?} stands twice")));
            }
            let Strict(value) = entries.next_value()?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}
