//! Paths that are passed on to another server as they are (files, the public key set): bodies stream in both directions,
//! nothing is collected. They may take as long as they like, as long as they move.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use futures::FutureExt;
use http::request::Parts;
use http::{HeaderMap, HeaderName, Method, StatusCode, Uri, header};
use http_body::Body as _;
use http_body_util::Limited;
use hyper::body::Incoming;

use crate::config::PassThrough;
use crate::execution::course::Course;
use crate::execution::replicas::{Outcome, Replicas};

use super::gateway::Gateway;
use super::lent_body::LentBody;
use super::pace::{Moving, Pace, Paced};
use super::refusal::Refusal;
use super::upstream::Upstream;

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

/// A configured path and the servers behind it.
struct Route {
    settings: PassThrough,
    replicas: Replicas,
}

/// The configured paths.
pub fn routes(routes: &[PassThrough], upstream: &Upstream) -> Router<Arc<Gateway>> {
    let mut router = Router::new();
    for route in routes {
        let path =
            if route.path.ends_with('/') { format!("{}{{*rest}}", route.path) } else { route.path.clone() };
        let route = Arc::new(Route { settings: route.clone(), replicas: replicas(route, upstream.clone()) });
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

fn replicas(route: &PassThrough, upstream: Upstream) -> Replicas {
    let probe = move |url: &Uri| {
        let (upstream, url) = (upstream.clone(), url.clone());
        async move { upstream.is_there(url).await }.boxed()
    };
    // The configuration has been read: each is a URL.
    Replicas::new(route.urls.iter().filter_map(|url| url.parse().ok()).collect(), Box::new(probe))
}

async fn pass(gateway: &Gateway, route: &Route, request: Request) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    if leaves_its_folder(parts.uri.path()) {
        return Err(Refusal::bad_request("the path is not a plain one"));
    }
    let settings = &route.settings;
    let declared =
        parts.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if declared.is_some_and(|declared: usize| declared > settings.max_body.unwrap_or(usize::MAX)) {
        return Err(too_large(settings));
    }
    let body = match settings.max_body {
        Some(limit) => Body::new(Limited::new(body, limit)),
        None => body,
    };
    let (pace, limit) = (Pace::new(), gateway.settings.timeouts.pass_through);
    let body = LentBody::new(Body::new(Paced::new(body, pace.clone())));
    let is_read = matches!(parts.method, Method::GET | Method::HEAD) && body.is_end_stream();
    let (mut course, mut attempt) = Course::begin(&route.replicas, limit, is_read).ok_or_else(unreachable)?;
    loop {
        let passed = passed_on(settings, &parts, attempt.url(), body.lend())?;
        let sent = tokio::select! {
            sent = gateway.upstream.send(passed) => sent,
            () = pace.stands_still(limit) => {
                if pace.waits_for_client() {
                    return Err(stopped());
                }
                course.after(attempt, Outcome::Late);
                return Err(timed_out());
            }
        };
        let error = match sent {
            Ok(response) => {
                course.after(attempt, Outcome::Answered);
                return Ok(passed_back(response, limit));
            }
            Err(error) if error.body_too_large => return Err(too_large(settings)),
            Err(error) => error,
        };
        tracing::warn!(path = settings.path, reason = error.detail, "a passed-on request failed");
        attempt = course.after(attempt, error.outcome).ok_or_else(unreachable)?;
    }
}

/// The server's answer as it goes to the client.
fn passed_back(response: http::Response<Incoming>, limit: Duration) -> Response {
    let (parts, body) = response.into_parts();
    let mut response = (parts.status, Body::new(Moving::new(Body::new(body), limit))).into_response();
    *response.headers_mut() = end_to_end(&parts.headers);
    response
}

/// The client's request as it goes to a replica.
fn passed_on(
    route: &PassThrough,
    parts: &Parts,
    url: &Uri,
    body: LentBody,
) -> Result<http::Request<Body>, Refusal> {
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let base = url.to_string();
    let uri = format!("{}{path}", base.trim_end_matches('/')).parse().map_err(|_| Refusal::internal())?;
    let mut passed = http::Request::new(Body::new(body));
    *passed.method_mut() = parts.method.clone();
    *passed.uri_mut() = uri;
    *passed.headers_mut() = end_to_end(&parts.headers);
    passed.headers_mut().remove(header::HOST);
    for (name, value) in &route.headers {
        passed.headers_mut().insert(name, value.clone());
    }
    Ok(passed)
}

fn unreachable() -> Refusal {
    let message = "the server behind this path does not answer";
    Refusal::new(StatusCode::BAD_GATEWAY, "UPSTREAM_UNREACHABLE", message)
}

/// The server neither took more of the body nor answered.
fn timed_out() -> Refusal {
    let message = "the server behind this path took too long";
    Refusal::new(StatusCode::GATEWAY_TIMEOUT, "UPSTREAM_TIMEOUT", message)
}

/// The client sent nothing more of its body.
fn stopped() -> Refusal {
    let message = "the body stopped coming";
    Refusal::new(StatusCode::REQUEST_TIMEOUT, "BODY_TIMEOUT", message)
}

fn too_large(route: &PassThrough) -> Refusal {
    let message = format!("the body is larger than {} bytes", route.max_body.unwrap_or_default());
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
