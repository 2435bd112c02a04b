//! A WebDAV server and an S3 server that die or hang: a clean error in time, at once for those who come next, and back by
//! itself. The folder's part is in `src/files/folder.rs`.

#![cfg(all(feature = "webdav", feature = "s3"))]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use stores::StoreError;
use stores::files::Files;
use test_servers::{Running as _, S3, WebDav};
use test_stores::TestNas;

/// A server that can be broken.
enum Server {
    WebDav(WebDav),
    S3(S3),
}

impl Server {
    fn halt(&self) {
        match self {
            Self::WebDav(server) => server.halt().unwrap(),
            Self::S3(server) => server.halt().unwrap(),
        }
    }

    fn resume(&self) {
        match self {
            Self::WebDav(server) => server.resume().unwrap(),
            Self::S3(server) => server.resume().unwrap(),
        }
    }

    fn kill(&mut self) {
        match self {
            Self::WebDav(server) => server.kill(),
            Self::S3(server) => server.kill(),
        }
    }

    fn start_again(&mut self) {
        match self {
            Self::WebDav(server) => server.start_again().unwrap(),
            Self::S3(server) => server.start_again().unwrap(),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn webdav_that_hangs_or_dies_fails_in_time_and_comes_back_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let server = WebDav::start(folder.path()).unwrap();
    let nas = TestNas::webdav_at(&server.url()).await;
    break_and_mend(Server::WebDav(server), nas).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s3_that_hangs_or_dies_fails_in_time_and_comes_back_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let server = S3::start(folder.path()).unwrap();
    let nas = TestNas::s3_at(&server.url()).await;
    break_and_mend(Server::S3(server), nas).await;
}

async fn break_and_mend(mut server: Server, nas: TestNas) {
    let files = Files::open(nas.place()).unwrap();
    files.write_bytes("there", Bytes::from(vec![7; 20_000_000])).await.unwrap();
    let mut reading = files.read("there", None).await.unwrap();
    reading.try_next().await.unwrap().unwrap();
    server.halt();
    let endless = stream::repeat_with(|| Ok(Bytes::from_static(&[7; 1 << 16])));
    let begin = Instant::now();
    let (looked, written, read) = tokio::join!(
        files.stat("there"),
        files.write("never", endless.boxed(), u64::MAX),
        reading.try_fold(0, async |sum, piece| Ok(sum + piece.len())),
    );
    assert!(matches!(looked, Err(StoreError::Unavailable { .. })), "{looked:?}");
    assert!(matches!(written, Err(StoreError::Unavailable { .. })), "{written:?}");
    assert!(read.is_err(), "{read:?}");
    assert!(begin.elapsed() < Duration::from_secs(7), "{:?}", begin.elapsed());
    fails_at_once(&files).await;
    server.resume();
    comes_back(&files).await;
    assert!(files.stat("never").await.unwrap().is_none());
    server.kill();
    let begin = Instant::now();
    assert!(files.stat("there").await.is_err());
    assert!(begin.elapsed() < Duration::from_secs(7), "{:?}", begin.elapsed());
    fails_at_once(&files).await;
    server.start_again();
    comes_back(&files).await;
    files.write_bytes("afterwards", Bytes::from_static(b"x")).await.unwrap();
    drop(nas);
}

async fn fails_at_once(files: &Files) {
    let begin = Instant::now();
    for _ in 0..10 {
        let result = files.write_bytes("x", Bytes::new()).await;
        assert!(matches!(result, Err(StoreError::Unavailable { .. })), "{result:?}");
    }
    assert!(begin.elapsed() < Duration::from_secs(3), "{:?}", begin.elapsed());
}

async fn comes_back(files: &Files) {
    let begin = Instant::now();
    while files.ping().await.is_err() {
        assert!(begin.elapsed() < Duration::from_secs(15), "it does not come back");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
