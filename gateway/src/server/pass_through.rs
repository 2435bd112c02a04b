//! Paths that are passed on to another server as they are (files, the public key set): bodies stream in both directions,
//! nothing is collected.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use http::{HeaderMap, HeaderName, StatusCode, Uri, header};
use http_body_util::Limited;

use crate::config::PassThrough;

use super::gateway::Gateway;
use super::refusal::Refusal;

/// Headers that belong to one connection (RFC 9110, 7.6.1).
const HOP_BY_HOP: [HeaderName; 7] = [
    header::CONNECTION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::PROXY_AUTHORIZATION,
    header::PROXY_AUTHENTICATE,
];

/// The configured paths.
pub fn routes(routes: &[PassThrough]) -> Router<Arc<Gateway>> {
    let mut router = Router::new();
    for route in routes {
        let path =
            if route.path.ends_with('/') { format!("{}{{*rest}}", route.path) } else { route.path.clone() };
        let route = Arc::new(route.clone());
        let handler = async move |State(gateway): State<Arc<Gateway>>, request: Request| match pass(
            &gateway, &route, request,
        )
        .await
        {
            Ok(response) => response,
            Err(refusal) => refusal.into_response(),
        };
        router = router.route(&path, any(handler));
    }
    router
}

async fn pass(gateway: &Gateway, route: &PassThrough, request: Request) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    if leaves_its_folder(parts.uri.path()) {
        return Err(Refusal::bad_request("the path is not a plain one"));
    }
    let declared =
        parts.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if declared.is_some_and(|declared: usize| declared > route.max_body) {
        return Err(too_large(route));
    }
    let uri: Uri = format!("{}{path}", route.url).parse().map_err(|_| Refusal::internal())?;
    let mut passed = Request::new(Body::new(Limited::new(body, route.max_body)));
    *passed.method_mut() = parts.method;
    *passed.uri_mut() = uri;
    *passed.headers_mut() = end_to_end(&parts.headers);
    passed.headers_mut().remove(header::HOST);
    for (name, value) in &route.headers {
        passed.headers_mut().insert(name, value.clone());
    }
    let limit = gateway.settings.timeouts.pass_through;
    let response = match tokio::time::timeout(limit, gateway.upstream.send(passed)).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) if error.body_too_large => return Err(too_large(route)),
        Ok(Err(error)) => {
            tracing::warn!(path = route.path, reason = error.detail, "a passed-on request failed");
            let message = "the server behind this path does not answer";
            return Err(Refusal::new(StatusCode::BAD_GATEWAY, "UPSTREAM_UNREACHABLE", message));
        }
        Err(_) => {
            let message = "the server behind this path took too long";
            return Err(Refusal::new(StatusCode::GATEWAY_TIMEOUT, "UPSTREAM_TIMEOUT", message));
        }
    };
    let (parts, body) = response.into_parts();
    let mut response = (parts.status, Body::new(body)).into_response();
    *response.headers_mut() = end_to_end(&parts.headers);
    Ok(response)
}

fn too_large(route: &PassThrough) -> Refusal {
    let message = format!("the body is larger than {} bytes", route.max_body);
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", message)
}

/// Whether a path holds a step that another server might resolve to somewhere else.
fn leaves_its_folder(path: &str) -> bool {
    let decoded = path.to_ascii_lowercase().replace("%2e", ".").replace("%2f", "/").replace("%5c", "\\");
    decoded.contains('\\') || decoded.contains("%00") || decoded.split('/').any(|step| step == "..")
}

/// Headers without those of one connection, also the ones that `Connection` names, and without names with an underscore,
/// which some servers read as the same name with a hyphen.
fn end_to_end(headers: &HeaderMap) -> HeaderMap {
    let named: Vec<HeaderName> = (headers.get_all(header::CONNECTION).iter())
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    let keep = |name: &HeaderName| {
        !HOP_BY_HOP.contains(name)
            && !named.contains(name)
            && !name.as_str().contains('_')
            && !matches!(name.as_str(), "keep-alive" | "proxy-connection")
    };
    headers.iter().filter(|(name, _)| keep(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}
