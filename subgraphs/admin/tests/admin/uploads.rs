//! Uploads and downloads over signed links.

use std::time::Duration;

use admin::store::blobs::PENDING_FOR;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use bytes::Bytes;
use serde_json::{Value, json};
use service::Clock;
use sha2::{Digest, Sha256};
use tower::ServiceExt;

use crate::world::{GATEWAY_SECRET, World};

pub async fn send(
    world: &World,
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: Body,
) -> Response<Body> {
    let mut request = Request::builder().method(method).uri(url);
    request = request.header("x-knlab-caller", "gateway").header("x-knlab-credential", GATEWAY_SECRET);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    world.router().oneshot(request.body(body).unwrap()).await.unwrap()
}

pub async fn bytes(response: Response<Body>) -> Bytes {
    axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap()
}

pub async fn code(response: Response<Body>) -> (StatusCode, String) {
    let status = response.status();
    let body: Value = serde_json::from_slice(&bytes(response).await).unwrap_or_default();
    (status, body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned())
}

pub async fn ticket(world: &World, name: &str, size: Option<i64>) -> Value {
    let query = "mutation($n: String!, $s: Long) { createUpload(input: { name: $n, size: $s }) { __typename ... on UploadTicket { id uploadUrl token maxBytes } } }";
    world.ask(query, json!({ "n": name, "s": size })).await["createUpload"].clone()
}

pub async fn complete(world: &World, id: &Value, sha256: &str) -> Value {
    let query = "mutation($id: ID!, $h: String!) { completeUpload(id: $id, sha256: $h) { __typename ... on UploadCompleted { file { id name size sha256 mediaType downloadUrl } } } }";
    world.ask(query, json!({ "id": id, "h": sha256 })).await["completeUpload"].clone()
}

pub fn hash(body: &[u8]) -> String {
    hex::encode(Sha256::digest(body))
}

/// Uploads a file and gives it as the schema shows it.
pub async fn upload(world: &World, name: &str, body: &'static [u8]) -> Value {
    let ticket = ticket(world, name, None).await;
    let answer = send(world, "PUT", ticket["uploadUrl"].as_str().unwrap(), &[], Body::from(body)).await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    let completed = complete(world, &ticket["id"], &hash(body)).await;
    assert_eq!(completed["__typename"], "UploadCompleted", "{completed:#}");
    completed["file"].clone()
}

#[tokio::test]
async fn a_file_goes_up_and_comes_down_unchanged() {
    let world = World::new().await;
    let body = "보고서 %PDF is not at the start".as_bytes();
    let file = upload(&world, "보고서 1.pdf", body).await;
    let expected = json!({ "id": file["id"], "name": "보고서 1.pdf", "size": body.len(), "sha256": hash(body), "mediaType": "text/plain", "downloadUrl": file["downloadUrl"] });
    assert_eq!(file, expected, "the content tells what it is, not the name");
    let url = file["downloadUrl"].as_str().unwrap();
    let answer = send(&world, "GET", url, &[], Body::empty()).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(
        header("content-disposition"),
        "attachment; filename=\"___ 1.pdf\"; filename*=UTF-8''%EB%B3%B4%EA%B3%A0%EC%84%9C%201.pdf"
    );
    assert_eq!(
        (header("x-content-type-options"), header("accept-ranges")),
        ("nosniff".to_owned(), "bytes".to_owned())
    );
    assert_eq!(header("content-length"), body.len().to_string());
    let etag = header("etag");
    assert_eq!(bytes(answer).await, body);
    for (headers, status, range, length) in [
        (vec![("range", "bytes=0-3")], 206, Some(format!("bytes 0-3/{}", body.len())), 4),
        (
            vec![("range", "bytes=-4")],
            206,
            Some(format!("bytes {}-{}/{}", body.len() - 4, body.len() - 1, body.len())),
            4,
        ),
        (vec![("range", "bytes=999-")], 416, Some(format!("bytes */{}", body.len())), 0),
        (vec![("range", "bytes=0-3"), ("if-range", "\"other\"")], 200, None, body.len()),
        (
            vec![("range", "bytes=0-3"), ("if-range", etag.as_str())],
            206,
            Some(format!("bytes 0-3/{}", body.len())),
            4,
        ),
        (vec![("if-none-match", etag.as_str())], 304, None, 0),
    ] {
        let answer = send(&world, "GET", url, &headers, Body::empty()).await;
        assert_eq!(answer.status(), status, "{headers:?}");
        assert_eq!(
            answer.headers().get("content-range").map(|value| value.to_str().unwrap().to_owned()),
            range
        );
        assert_eq!(bytes(answer).await.len(), length, "{headers:?}");
    }
    let head = send(&world, "HEAD", url, &[], Body::empty()).await;
    assert_eq!(head.headers()["content-length"], body.len().to_string());
    assert!(bytes(head).await.is_empty());
}

#[tokio::test]
async fn links_are_refused_when_forged_expired_or_without_the_gateways_credential() {
    let clock = Clock::manual(1_790_000_000_000_000);
    let world = World::with_clock(clock.clone()).await;
    let file = upload(&world, "a.txt", b"text").await;
    let url = file["downloadUrl"].as_str().unwrap();
    let other = upload(&world, "b.txt", b"other").await;
    let id = |file: &Value| file["id"].as_str().unwrap().to_owned();
    let forged = [
        url.replace(&id(&file), &id(&other)),
        url.replace("exp=1", "exp=2"),
        url.replace("/files/d/", "/files/u/"),
        format!("{url}x"),
    ];
    for url in forged {
        let method = if url.contains("/u/") { "PUT" } else { "GET" };
        let (status, code) = code(send(&world, method, &url, &[], Body::empty()).await).await;
        assert_eq!((status, code.as_str()), (StatusCode::FORBIDDEN, "LINK_INVALID"), "{url}");
    }
    for headers in [vec![], vec![("x-knlab-caller", "gateway"), ("x-knlab-credential", "wrong")]] {
        let mut request = Request::get(url);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let answer = world.router().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(code(answer).await, (StatusCode::UNAUTHORIZED, "CALLER_NOT_ACCEPTED".to_owned()));
    }
    clock.advance(Duration::from_secs(900));
    assert_eq!(code(send(&world, "GET", url, &[], Body::empty()).await).await.1, "LINK_EXPIRED");
    let data = world
        .ask(
            "query($id: ID!) { nasFile(id: $id) { downloadUrl(expiresInSeconds: 5) } }",
            json!({ "id": file["id"] }),
        )
        .await;
    let url = data["nasFile"]["downloadUrl"].as_str().unwrap();
    assert_eq!(send(&world, "GET", url, &[], Body::empty()).await.status(), StatusCode::OK);
    world.store.delete_file(&id(&file)).await.unwrap().unwrap();
    assert_eq!(code(send(&world, "GET", url, &[], Body::empty()).await).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_upload_is_a_file_only_when_it_is_whole_and_confirmed() {
    let clock = Clock::manual(1_790_000_000_000_000);
    let world = World::with_clock(clock.clone()).await;
    assert_eq!(ticket(&world, "big", Some(2 << 30)).await["__typename"], "UploadTooLarge");
    let ticket = ticket(&world, "a.bin", Some(8)).await;
    let (url, id) = (ticket["uploadUrl"].as_str().unwrap(), &ticket["id"]);
    assert_eq!(ticket["maxBytes"], 8);
    assert!(url.contains(ticket["token"].as_str().unwrap()));
    assert_eq!(complete(&world, id, &hash(b"")).await["__typename"], "UploadNotReceived");
    let streamed =
        |parts: Vec<Result<&'static str, std::io::Error>>| Body::from_stream(futures::stream::iter(parts));
    let too_large = send(&world, "PUT", url, &[], streamed(vec![Ok("12345"), Ok("6789")])).await;
    assert_eq!(code(too_large).await, (StatusCode::PAYLOAD_TOO_LARGE, "UPLOAD_TOO_LARGE".to_owned()));
    let announced = send(&world, "PUT", url, &[("content-length", "9")], Body::from("123456789")).await;
    assert_eq!(announced.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let broken =
        send(&world, "PUT", url, &[], streamed(vec![Ok("123"), Err(std::io::Error::other("gone"))])).await;
    assert_eq!(code(broken).await, (StatusCode::BAD_REQUEST, "UPLOAD_INTERRUPTED".to_owned()));
    assert_eq!(world.store.files.usage("").await.unwrap().files, 0, "nothing torn is left on the NAS");
    for body in ["first", "second"] {
        assert_eq!(send(&world, "PUT", url, &[], Body::from(body)).await.status(), StatusCode::CREATED);
    }
    assert_eq!(world.store.files.usage("").await.unwrap().files, 1, "the second content replaced the first");
    assert_eq!(complete(&world, id, &hash(b"first")).await["__typename"], "UploadMismatch");
    let (one, other) = (hash(b"second"), hash(b"second").to_uppercase());
    let (one, other) = tokio::join!(complete(&world, id, &one), complete(&world, id, &other));
    assert_eq!(
        (&one["__typename"], &one["file"]["id"]),
        (&json!("UploadCompleted"), &other["file"]["id"]),
        "{one} {other}"
    );
    assert_eq!(code(send(&world, "PUT", url, &[], Body::from("third")).await).await.0, StatusCode::CONFLICT);
    assert_eq!(complete(&world, &json!("x"), "x").await["__typename"], "UploadNotFound");
}

#[tokio::test]
async fn uploads_that_are_never_confirmed_are_swept_and_confirmed_ones_stay() {
    let clock = Clock::manual(1_790_000_000_000_000);
    let world = World::with_clock(clock.clone()).await;
    upload(&world, "kept.txt", b"kept").await;
    let abandoned = ticket(&world, "abandoned.txt", None).await;
    send(&world, "PUT", abandoned["uploadUrl"].as_str().unwrap(), &[], Body::from("abandoned")).await;
    let late = world.store.write_blob(Bytes::from_static(b"late")).await.unwrap();
    assert_eq!(world.store.sweep_pending().await.unwrap(), 0, "not yet");
    clock.advance(Duration::from_micros(u64::try_from(PENDING_FOR).unwrap() + 1));
    assert_eq!(world.store.sweep_pending().await.unwrap(), 2);
    assert_eq!(world.store.files.usage("").await.unwrap().files, 1);
    let confirm =
        async || complete(&world, &abandoned["id"], &hash(b"abandoned")).await["__typename"].clone();
    assert_eq!(confirm().await, "UploadNotReceived", "its content waited too long");
    clock.advance(Duration::from_secs(86_400));
    assert_eq!(confirm().await, "UploadNotFound");
    let mut transaction = world.store.database.begin().await.unwrap();
    assert!(
        world.store.keep_blob(&mut transaction, &late).await.is_err(),
        "a content that was swept can not become a file"
    );
}
