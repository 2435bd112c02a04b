//! Reads the body of a GraphQL request: JSON only, one request, within the size limit, mistakes named with their place.

use std::time::Duration;

use async_graphql::{Request, Variables};
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::refusal::Refusal;

/// A body that is not there by then is given up.
const SLOWEST: Duration = Duration::from_secs(10);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GraphqlBody {
    query: String,
    operation_name: Option<String>,
    variables: Option<Map<String, Value>>,
    #[serde(rename = "extensions")]
    _extensions: Option<Map<String, Value>>,
}

/// The GraphQL request in a body.
pub(crate) async fn read(headers: &HeaderMap, body: Body, limit: usize) -> Result<Request, Refusal> {
    check_headers(headers)?;
    let Ok(collected) = tokio::time::timeout(SLOWEST, Limited::new(body, limit).collect()).await else {
        return Err(Refusal::new(
            StatusCode::REQUEST_TIMEOUT,
            "BODY_TOO_SLOW",
            "the request body came too slowly",
        ));
    };
    let bytes = match collected {
        Ok(collected) => collected.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => {
            let message = format!("the request body is larger than {limit} bytes");
            return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "BODY_TOO_LARGE", message));
        }
        Err(_) => return Err(Refusal::bad_request("BODY_UNREADABLE", "the request body ended early")),
    };
    parse(&bytes)
}

fn check_headers(headers: &HeaderMap) -> Result<(), Refusal> {
    let unsupported =
        |message| Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "MEDIA_TYPE_NOT_ACCEPTED", message);
    let content_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = content_type.split(';').map(str::trim);
    if !parts.next().unwrap_or_default().eq_ignore_ascii_case("application/json") {
        return Err(unsupported("the body must be application/json"));
    }
    let charsets = parts
        .filter_map(|part| part.split_once('='))
        .filter(|(name, _)| name.eq_ignore_ascii_case("charset"));
    for (_, charset) in charsets {
        if !charset.trim_matches('"').eq_ignore_ascii_case("utf-8") {
            return Err(unsupported("the body must be in UTF-8"));
        }
    }
    if headers.contains_key(header::CONTENT_ENCODING) {
        return Err(unsupported("the body must not be compressed"));
    }
    Ok(())
}

fn parse(bytes: &[u8]) -> Result<Request, Refusal> {
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(Refusal::bad_request("BATCH_NOT_ACCEPTED", "send one request at a time, not a list"));
    }
    let body: GraphqlBody = serde_json::from_slice(bytes).map_err(|error| {
        Refusal::bad_request("BODY_NOT_A_REQUEST", format!("not a GraphQL request: {error}"))
    })?;
    let variables = Variables::from_json(Value::Object(body.variables.unwrap_or_default()));
    let request = Request::new(body.query).variables(variables);
    Ok(match body.operation_name {
        Some(name) => request.operation_name(name),
        None => request,
    })
}
