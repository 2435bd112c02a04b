//! Uploads in parts, by the tus protocol: over several replicas, with connections that break and clients that race.

use std::collections::HashMap;
use std::time::Duration;

use admin::files::parts::take;
use admin::files::routes::{FileRoutes, routes};
use admin::store::new_id;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use futures::channel::mpsc::unbounded;
use futures::future::join_all;
use futures::stream;
use serde_json::Value;
use service::Clock;
use tower::ServiceExt as _;

use crate::uploads::{bytes, code, complete, hash, send, ticket};
use crate::world::{GATEWAY_SECRET, World};

/// A ticket: its id and the path of its link.
async fn opened(world: &World, size: Option<i64>) -> (Value, String) {
    let ticket = ticket(world, &format!("보고서 {}.bin", new_id()), size).await;
    let url = ticket["uploadUrl"].as_str().unwrap_or_else(|| panic!("{ticket:#}")).to_owned();
    (ticket["id"].clone(), url)
}

/// The same stores behind another replica.
async fn replica(world: &World, clock: Clock) -> Router {
    let store = world.reopened(clock).await;
    let callers = world.settings.server.callers.clone().into();
    routes(FileRoutes { store, signer: world.signer.clone(), callers })
}

async fn request(
    router: &Router,
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
    router.clone().oneshot(request.body(body).unwrap()).await.unwrap()
}

pub async fn patch(router: &Router, url: &str, offset: i64, body: impl Into<Body>) -> Response<Body> {
    let offset = offset.to_string();
    let headers = [
        ("tus-resumable", "1.0.0"),
        ("upload-offset", offset.as_str()),
        ("content-type", "application/offset+octet-stream"),
    ];
    request(router, "PATCH", url, &headers, body.into()).await
}

fn offset(response: &Response<Body>) -> i64 {
    response.headers()["upload-offset"].to_str().unwrap().parse().unwrap()
}

async fn head(router: &Router, url: &str) -> HashMap<String, String> {
    let response = request(router, "HEAD", url, &[("tus-resumable", "1.0.0")], Body::empty()).await;
    assert_eq!(response.status(), StatusCode::OK);
    let text = |value: &axum::http::HeaderValue| value.to_str().unwrap().to_owned();
    response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}

/// Everything that stands on the NAS, after the sweep.
async fn standing(world: &World) -> u64 {
    while world.store.sweep_pending().await.unwrap() > 0 {}
    world.store.files.usage("").await.unwrap().files
}

#[tokio::test]
async fn parts_over_two_replicas_become_one_file_and_the_next_byte_is_always_known() {
    let world = World::new().await;
    let replicas = [world.router(), replica(&world, Clock::system()).await];
    let content: Vec<u8> =
        b"%PDF-".iter().copied().chain((0..300_000_u32).map(|n| (n % 251) as u8)).collect();
    for size in [Some(content.len() as i64), None] {
        let (id, url) = opened(&world, size).await;
        let before = head(&replicas[0], &url).await;
        assert_eq!(before["upload-offset"], "0");
        assert_eq!(before.get("upload-length").cloned(), size.map(|size| size.to_string()));
        assert_eq!(before.get("upload-defer-length").map(String::as_str), size.is_none().then_some("1"));
        assert_eq!(
            (before["tus-resumable"].as_str(), before["cache-control"].as_str()),
            ("1.0.0", "no-store")
        );
        assert!(before["upload-expires"].ends_with(" GMT"), "{before:?}");
        let mut at = 0;
        for (turn, length) in [1, 99_999, 0, 150_000, content.len()].into_iter().enumerate() {
            let router = &replicas[turn % 2];
            let wrong = patch(router, &url, at as i64 + 1, "x").await;
            assert_eq!((wrong.status(), offset(&wrong)), (StatusCode::CONFLICT, at as i64));
            let end = (at + length).min(content.len());
            if size.is_none() && end == content.len() {
                let total = content.len().to_string();
                let headers = [
                    ("upload-offset", &*at.to_string()),
                    ("upload-length", &total),
                    ("content-type", "application/offset+octet-stream"),
                ];
                assert_eq!(
                    request(router, "PATCH", &url, &headers, Body::empty()).await.status(),
                    StatusCode::NO_CONTENT
                );
            }
            let answer = patch(router, &url, at as i64, content[at..end].to_vec()).await;
            assert_eq!((answer.status(), offset(&answer)), (StatusCode::NO_CONTENT, end as i64));
            at = end;
            assert_eq!(head(&replicas[(turn + 1) % 2], &url).await["upload-offset"], at.to_string());
        }
        let file = complete(&world, &id, &hash(&content)).await;
        assert_eq!(file["file"]["mediaType"], "application/pdf", "{file:#}");
        assert_eq!(file["file"]["size"], content.len());
        let down =
            send(&world, "GET", file["file"]["downloadUrl"].as_str().unwrap(), &[], Body::empty()).await;
        assert!(bytes(down).await == content);
        assert_eq!(head(&replicas[0], &url).await["upload-offset"], content.len().to_string());
        let late = patch(&replicas[0], &url, content.len() as i64, "x").await;
        assert_eq!(late.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }
    assert_eq!(standing(&world).await, 2, "no parts are left");
}

#[tokio::test]
async fn what_arrived_before_a_connection_broke_is_kept_and_the_rest_is_sent_from_there() {
    let world = World::new().await;
    let router = world.router();
    let (id, url) = opened(&world, Some(9)).await;
    let broken = stream::iter([Ok("123"), Ok("4"), Err(std::io::Error::other("gone"))]);
    let answer = patch(&router, &url, 0, Body::from_stream(broken)).await;
    assert_eq!((answer.status(), offset(&answer)), (StatusCode::BAD_REQUEST, 4));
    assert_eq!(code(answer).await.1, "UPLOAD_INTERRUPTED");
    assert_eq!(head(&router, &url).await["upload-offset"], "4");
    assert_eq!(complete(&world, &id, &hash(b"1234")).await["__typename"], "UploadNotReceived");
    assert_eq!(patch(&router, &url, 4, "56789").await.status(), StatusCode::NO_CONTENT);
    assert_eq!(complete(&world, &id, &hash(b"12345678x")).await["__typename"], "UploadMismatch");
    assert_eq!(complete(&world, &id, &hash(b"123456789")).await["__typename"], "UploadCompleted");
    assert_eq!(standing(&world).await, 1);

    let (_, url) = opened(&world, Some(1_000)).await;
    let (sender, pieces) = unbounded();
    sender.unbounded_send(Ok::<_, std::io::Error>("1234")).unwrap();
    let left = patch(&router, &url, 0, Body::from_stream(pieces));
    assert!(tokio::time::timeout(Duration::from_millis(300), left).await.is_err());
    // The request is dropped, as with a client that went away; what was on its way arrives.
    sender.unbounded_send(Ok("5678")).unwrap();
    drop(sender);
    let begin = std::time::Instant::now();
    while head(&router, &url).await["upload-offset"] != "8" {
        assert!(begin.elapsed() < Duration::from_secs(20), "what arrived is lost");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_those_who_send_the_same_bytes_at_once_one_wins() {
    let world = World::new().await;
    let replicas = [world.router(), replica(&world, Clock::system()).await];
    for round in 0..5 {
        let (id, url) = opened(&world, Some(20_000)).await;
        let mut whole = Vec::new();
        for first_byte in [0, 10_000] {
            let senders = (0..6_usize).map(|sender| {
                let content = vec![b'a' + sender as u8; 10_000];
                let (router, url) = (&replicas[sender % 2], &url);
                async move { patch(router, url, first_byte, content).await }
            });
            let answers = join_all(senders).await;
            let won: Vec<usize> = (0..6).filter(|n| answers[*n].status() == StatusCode::NO_CONTENT).collect();
            assert_eq!(won.len(), 1, "round {round}: {answers:?}");
            for answer in &answers {
                let status = answer.status();
                assert!(matches!(status, StatusCode::NO_CONTENT | StatusCode::CONFLICT), "{status}");
                assert_eq!(offset(answer), first_byte + 10_000, "everybody learns the next byte");
            }
            whole.extend(vec![b'a' + won[0] as u8; 10_000]);
        }
        assert_eq!(
            complete(&world, &id, &hash(&whole)).await["__typename"],
            "UploadCompleted",
            "round {round}"
        );
    }
    assert_eq!(standing(&world).await, 5, "the losers' bytes are gone");
}

const TUS: (&str, &str) = ("content-type", "application/offset+octet-stream");
const START: (&str, &str) = ("upload-offset", "0");

/// A link, the headers of a request on it, and what it is told.
type Wrong = (&'static str, &'static [(&'static str, &'static str)], u16, &'static str);

/// Requests on a link for eight bytes, on one for any number (`open`), and on wrong ones.
const WRONG: &[Wrong] = &[
    ("eight", &[TUS], 400, "UPLOAD_OFFSET_MISSING"),
    ("eight", &[TUS, ("upload-offset", "-1")], 400, "UPLOAD_HEADER_INVALID"),
    ("eight", &[("content-type", "text/plain"), START], 415, "UPLOAD_CONTENT_TYPE"),
    ("eight", &[START], 415, "UPLOAD_CONTENT_TYPE"),
    ("eight", &[TUS, START, ("tus-resumable", "0.2.2")], 412, "TUS_VERSION"),
    ("eight", &[TUS, START, ("upload-length", "7")], 400, "UPLOAD_LENGTH_MISMATCH"),
    ("eight", &[TUS, START, ("content-length", "9")], 413, "UPLOAD_TOO_LARGE"),
    ("eight", &[TUS, ("upload-offset", "3")], 409, "UPLOAD_OFFSET_MISMATCH"),
    ("open", &[TUS, START, ("upload-length", "1073741825")], 413, "UPLOAD_TOO_LARGE"),
    ("forged", &[TUS, START], 403, "LINK_INVALID"),
    ("elsewhere", &[TUS, START], 403, "LINK_INVALID"),
];

#[tokio::test]
async fn nothing_goes_over_the_size_and_wrong_requests_change_nothing() {
    let world = World::new().await;
    let router = world.router();
    let (_, url) = opened(&world, Some(8)).await;
    let (_, open) = opened(&world, None).await;
    for (link, headers, status, expected) in WRONG {
        let url = match *link {
            "eight" => url.clone(),
            "open" => open.clone(),
            "forged" => url.replace("sig=", "sig=A"),
            _ => url.replace("/u/", "/u/x"),
        };
        let answer = request(&router, "PATCH", &url, headers, Body::from("123456789")).await;
        assert_eq!(answer.headers()["tus-resumable"], "1.0.0");
        let told = code(answer).await;
        assert_eq!((told.0.as_u16(), told.1.as_str()), (*status, *expected), "{link} {headers:?}");
    }
    let pieces = stream::iter(["1234", "5678", "9"].map(Ok::<_, std::io::Error>));
    let larger = patch(&router, &url, 0, Body::from_stream(pieces)).await;
    assert_eq!((larger.status(), offset(&larger)), (StatusCode::PAYLOAD_TOO_LARGE, 8));
    let options = request(&router, "OPTIONS", &url, &[], Body::empty()).await;
    assert_eq!(
        (options.status(), &options.headers()["tus-version"]),
        (StatusCode::NO_CONTENT, &"1.0.0".parse().unwrap())
    );
    let empty = opened(&world, Some(0)).await;
    assert_eq!(complete(&world, &empty.0, &hash(b"")).await["file"]["size"], 0);
    assert_eq!(send(&world, "PUT", &open, &[], Body::from("whole")).await.status(), StatusCode::CREATED);
    assert_eq!(
        patch(&router, &open, 5, "more").await.status(),
        StatusCode::PAYLOAD_TOO_LARGE,
        "it has its content"
    );
}

#[tokio::test]
async fn a_whole_content_replaces_parts_and_abandoned_parts_are_swept() {
    let clock = Clock::manual(1_790_000_000_000_000);
    let world = World::with_clock(clock.clone()).await;
    let router = world.router();
    let (id, url) = opened(&world, Some(8)).await;
    patch(&router, &url, 0, "1234").await;
    assert_eq!(send(&world, "PUT", &url, &[], Body::from("whole")).await.status(), StatusCode::CREATED);
    assert_eq!(complete(&world, &id, &hash(b"whole")).await["__typename"], "UploadCompleted");
    assert_eq!(standing(&world).await, 1);
    let (_, abandoned) = opened(&world, Some(8)).await;
    patch(&router, &abandoned, 0, "1234").await;
    patch(&router, &abandoned, 4, "56").await;
    clock.advance(Duration::from_secs(80_000));
    assert_eq!(
        (world.store.sweep_parts().await.unwrap(), standing(&world).await),
        (0, 3),
        "it can be resumed"
    );
    assert_eq!(head(&router, &abandoned).await["upload-offset"], "6");
    clock.advance(Duration::from_secs(7_001));
    assert_eq!((world.store.sweep_parts().await.unwrap(), standing(&world).await), (2, 1));
    assert_eq!(code(patch(&router, &abandoned, 6, "78").await).await.1, "LINK_EXPIRED");
    clock.advance(Duration::from_secs(86_400));
    assert_eq!(world.store.sweep_uploads().await.unwrap(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parts_are_joined_once_however_many_confirm_and_after_one_who_died_over_it() {
    let clock = Clock::manual(1_790_000_000_000_000);
    let world = World::with_clock(clock.clone()).await;
    for dies in [false, true] {
        let (id, _) = opened(&world, Some(6)).await;
        let upload = world.store.upload(id.as_str().unwrap()).await.unwrap().unwrap();
        take(&world.store, &upload, Body::from("123456")).await.unwrap();
        let upload = world.store.upload(&upload.id).await.unwrap().unwrap();
        assert!(upload.has_all_parts() && upload.blob_key.is_none(), "the parts wait to be joined");
        if dies {
            assert!(world.store.claim_joining(&upload.id, world.store.now() + 30_000_000).await.unwrap());
        }
        let sha256 = hash(b"123456");
        let confirm = || complete(&world, &id, &sha256);
        let confirmed = async { tokio::join!(confirm(), confirm(), confirm()) };
        let later = async {
            tokio::time::sleep(Duration::from_millis(600)).await;
            clock.advance(Duration::from_secs(31));
        };
        let ((one, two, three), ()) = tokio::join!(confirmed, later);
        assert_eq!(one["__typename"], "UploadCompleted", "{one:#}");
        assert!(one["file"]["id"] == two["file"]["id"] && two["file"]["id"] == three["file"]["id"]);
    }
    assert_eq!(standing(&world).await, 2);
}
