//! `GET /files/d/{id}`: streams a content, whole or in part, always as a download.

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::response::Builder;
use axum::http::{HeaderMap, Method, Response, StatusCode, header};

use super::links::Purpose;
use super::range::{self, Wanted};
use super::refusal::Refusal;
use super::routes::{FileRoutes, Signed};
use crate::store::files::File;

/// Streams the content.
pub async fn get(
    State(routes): State<FileRoutes>,
    method: Method,
    Path(id): Path<String>,
    Query(signed): Query<Signed>,
    headers: HeaderMap,
) -> Result<Response<Body>, Refusal> {
    let store = &routes.store;
    routes.signer.check(Purpose::Download, &id, (signed.exp, &signed.sig), store.clock.now_seconds())?;
    let file = store.file(&id).await?.filter(|file| file.deleted_at.is_none() && !file.purging);
    let file = file.ok_or(Refusal::NOT_FOUND)?;
    let (Some(key), Some(hash)) = (&file.blob_key, &file.sha256) else { return Err(Refusal::NOT_FOUND) };
    let etag = format!("\"{hash}\"");
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let response = described(&file, &etag);
    if text(header::IF_NONE_MATCH).is_some_and(|tags| matches(tags, &etag)) {
        return finish(response.status(StatusCode::NOT_MODIFIED), Body::empty());
    }
    let size = u64::try_from(file.size).unwrap_or_default();
    // A part of another version must not be joined to what the client has.
    let same = text(header::IF_RANGE).is_none_or(|tag| tag == etag);
    let wanted = range::read(text(header::RANGE).filter(|_| same), size);
    let (response, length, range) = match wanted {
        Wanted::Whole => (response.status(StatusCode::OK), size, None),
        Wanted::Part(range) => {
            let answered = format!("bytes {}-{}/{size}", range.start, range.end - 1);
            let response =
                response.status(StatusCode::PARTIAL_CONTENT).header(header::CONTENT_RANGE, answered);
            (response, range.end - range.start, Some(range))
        }
        Wanted::Unsatisfiable => {
            let response = response.status(StatusCode::RANGE_NOT_SATISFIABLE);
            return finish(response.header(header::CONTENT_RANGE, format!("bytes */{size}")), Body::empty());
        }
    };
    let response = response.header(header::CONTENT_LENGTH, length);
    if method == Method::HEAD {
        return finish(response, Body::empty());
    }
    finish(response, Body::from_stream(store.files.read(key, range).await?))
}

fn finish(response: Builder, body: Body) -> Result<Response<Body>, Refusal> {
    response.body(body).map_err(|error| stores::StoreError::Internal(error.to_string()).into())
}

fn matches(tags: &str, etag: &str) -> bool {
    tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag || tag.trim() == "*")
}

/// The headers that every answer has. Nothing is ever shown inside a page: what is stored may be hostile HTML.
fn described(file: &File, etag: &str) -> Builder {
    Response::builder()
        .header(header::CONTENT_TYPE, file.media_type.as_deref().unwrap_or("application/octet-stream"))
        .header(header::CONTENT_DISPOSITION, disposition(&file.name))
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'")
        .header(header::ACCEPT_RANGES, "bytes")
        .header(header::CACHE_CONTROL, "private, no-cache")
        .header(header::ETAG, etag)
}

/// `Content-Disposition` with an ASCII name for old clients and the real one (RFC 6266, RFC 5987).
fn disposition(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || ".-_ ()".contains(c) { c } else { '_' })
        .collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_headers_cannot_break_out() {
        assert_eq!(
            disposition("보고서 1.pdf"),
            "attachment; filename=\"___ 1.pdf\"; filename*=UTF-8''%EB%B3%B4%EA%B3%A0%EC%84%9C%201.pdf"
        );
        let hostile = disposition("a\"\r\nSet-Cookie: x=1;\\.txt");
        assert!(!hostile.contains(['\r', '\n', '\\']) && hostile.matches('"').count() == 2, "{hostile}");
    }
}
