//! GraphiQL, embedded in the binary as `gateway/ide` built it: compressed files, no request to any other host.

use std::io::Read;

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "ide/dist"]
struct Files;

/// What the page may do: run its own scripts, talk to its own origin, and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

/// The page's assets.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/graphiql/{*file}", get(asset))
}

/// The page itself.
pub fn page(headers: &HeaderMap) -> Response {
    let mut response = file("index.html", headers, "no-cache");
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response.headers_mut().insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    response
}

async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    // The names of built assets hold a hash of their content.
    file(&name, &headers, "public, max-age=31536000, immutable")
}

fn file(name: &str, headers: &HeaderMap, cache: &'static str) -> Response {
    let Some(file) = Files::get(&format!("{name}.gz")) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let tag = tag(&file);
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    if known.flat_map(|value| value.split(',')).any(|value| value.trim() == tag) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let common = [
        (header::CONTENT_TYPE, content_type(name).to_owned()),
        (header::CACHE_CONTROL, cache.to_owned()),
        (header::VARY, "accept, accept-encoding".to_owned()),
        (header::ETAG, tag),
    ];
    let data = Bytes::from(file.data.into_owned());
    let accepts = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    if accepts.flat_map(|value| value.split(',')).any(|coding| coding.trim().starts_with("gzip")) {
        return (common, [(header::CONTENT_ENCODING, "gzip")], data).into_response();
    }
    let mut plain = Vec::new();
    match flate2::read::GzDecoder::new(&*data).read_to_end(&mut plain) {
        Ok(_) => (common, plain).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn tag(file: &EmbeddedFile) -> String {
    let hash = file.metadata.sha256_hash();
    format!("\"{}\"", hash[..12].iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("ttf") => "font/ttf",
        Some("woff2") => "font/woff2",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}
