//! The NAS goes away or hangs, and comes back: contents are refused cleanly, in time and then at once; names and folders go
//! on; health tells; nothing is lost.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use service::{Clock, Role};
use stores::files::Place;
use test_servers::{Running as _, S3, WebDav};
use test_stores::TestNas;
use tower::ServiceExt as _;

use crate::parts::patch;
use crate::uploads::{bytes, code, send, ticket, upload};
use crate::world::World;

/// A NAS that can be broken.
enum Fault {
    Gone(PathBuf),
    AFileInstead(PathBuf),
    WebDavKilled(WebDav),
    WebDavHangs(WebDav),
    S3Hangs(S3),
}

impl Fault {
    fn begin(&mut self) {
        match self {
            Self::Gone(folder) => std::fs::rename(&*folder, folder.with_extension("away")).unwrap(),
            Self::AFileInstead(folder) => {
                std::fs::rename(&*folder, folder.with_extension("away")).unwrap();
                std::fs::write(folder, "").unwrap();
            }
            Self::WebDavKilled(server) => server.kill(),
            Self::WebDavHangs(server) => server.halt().unwrap(),
            Self::S3Hangs(server) => server.halt().unwrap(),
        }
    }

    fn end(&mut self) {
        match self {
            Self::Gone(folder) => std::fs::rename(folder.with_extension("away"), folder).unwrap(),
            Self::AFileInstead(folder) => {
                std::fs::remove_file(&*folder).unwrap();
                std::fs::rename(folder.with_extension("away"), folder).unwrap();
            }
            Self::WebDavKilled(server) => server.start_again().unwrap(),
            Self::WebDavHangs(server) => server.resume().unwrap(),
            Self::S3Hangs(server) => server.resume().unwrap(),
        }
    }
}

fn folder(fault: fn(PathBuf) -> Fault) -> (TestNas, Fault) {
    let nas = TestNas::folder();
    let Place::Folder(path) = nas.place().clone() else { unreachable!() };
    (nas, fault(path))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_is_gone_or_no_folder() {
    for fault in [Fault::Gone as fn(PathBuf) -> Fault, Fault::AFileInstead] {
        let (nas, fault) = folder(fault);
        break_and_mend(nas, fault).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn webdav_that_is_killed_or_hangs() {
    for fault in [Fault::WebDavKilled as fn(WebDav) -> Fault, Fault::WebDavHangs] {
        let folder = tempfile::tempdir().unwrap();
        let server = WebDav::start(folder.path()).unwrap();
        let nas = TestNas::webdav_at(&server.url()).await;
        break_and_mend(nas, fault(server)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s3_that_hangs() {
    let folder = tempfile::tempdir().unwrap();
    let server = S3::start(folder.path()).unwrap();
    let nas = TestNas::s3_at(&server.url()).await;
    break_and_mend(nas, Fault::S3Hangs(server)).await;
}

async fn break_and_mend(nas: TestNas, mut fault: Fault) {
    let world = World::with_nas(Clock::system(), nas).await;
    let server = world.server().await;
    let file = upload(&world, "보고서.txt", b"the content").await;
    let deleted = upload(&world, "old.txt", b"old").await;
    world
        .ask("mutation($id: ID!) { deleteNasFile(id: $id) { __typename } }", json!({ "id": deleted["id"] }))
        .await;
    let url = file["downloadUrl"].as_str().unwrap();
    let open = ticket(&world, "later.txt", None).await;
    let to = open["uploadUrl"].as_str().unwrap();
    let in_parts = ticket(&world, "parts.txt", Some(8)).await;
    let in_parts = in_parts["uploadUrl"].as_str().unwrap();
    assert_eq!(patch(&world.router(), in_parts, 0, "1234").await.status(), StatusCode::NO_CONTENT);
    assert_eq!(ready(&server).await, (StatusCode::OK, "ok".to_owned(), "ok".to_owned()));

    fault.begin();
    let begin = Instant::now();
    let down = (StatusCode::SERVICE_UNAVAILABLE, "STORE_UNAVAILABLE".to_owned());
    assert_eq!(code(send(&world, "GET", url, &[], Body::empty()).await).await, down);
    assert!(begin.elapsed() < Duration::from_secs(7), "{:?}", begin.elapsed());
    let begin = Instant::now();
    for _ in 0..5 {
        assert_eq!(code(send(&world, "GET", url, &[], Body::empty()).await).await, down);
        assert_eq!(code(send(&world, "PUT", to, &[], Body::from("new")).await).await, down);
        assert_eq!(code(patch(&world.router(), in_parts, 4, "5678").await).await, down);
    }
    let emptied =
        world.ask_as(Some(Role::Operator), "mutation { emptyRecycleBin { removed } }", json!({})).await;
    assert_eq!(emptied["errors"][0]["extensions"]["code"], "STORE_UNAVAILABLE", "{emptied:#}");
    let names = world.ask("{ nasUsage { files } nasFiles { edges { node { name } } } }", json!({})).await;
    assert_eq!(names["nasFiles"]["edges"], json!([{ "node": { "name": "보고서.txt" } }]), "names go on");
    ticket(&world, "another.txt", None).await;
    assert!(begin.elapsed() < Duration::from_secs(3), "{:?}", begin.elapsed());
    let failing = (StatusCode::SERVICE_UNAVAILABLE, "ok".to_owned(), "failing".to_owned());
    assert_eq!(ready(&server).await, failing);

    fault.end();
    let begin = Instant::now();
    while ready(&server).await.0 != StatusCode::OK {
        assert!(begin.elapsed() < Duration::from_secs(15), "it does not come back");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(bytes(send(&world, "GET", url, &[], Body::empty()).await).await, "the content");
    assert_eq!(send(&world, "PUT", to, &[], Body::from("new")).await.status(), StatusCode::CREATED);
    assert_eq!(
        patch(&world.router(), in_parts, 4, "56").await.status(),
        StatusCode::NO_CONTENT,
        "it goes on there"
    );
    while world.store.sweep_purged().await.unwrap() > 0 {}
    let left = world.store.files.usage("blobs").await.unwrap().files;
    assert_eq!(left, 4, "the file, the content and two parts; what was deleted is gone now");
}

/// Whether the server is ready, and what it says of its database and of the NAS.
async fn ready(server: &Router) -> (StatusCode, String, String) {
    let request = Request::get("/health/ready").body(Body::empty()).unwrap();
    let answer = server.clone().oneshot(request).await.unwrap();
    let status = answer.status();
    let health: Value = serde_json::from_slice(&bytes(answer).await).unwrap();
    let check = |name: &str| health["checks"][name].as_str().unwrap_or_default().to_owned();
    (status, check("crawl_info"), check("nas"))
}
