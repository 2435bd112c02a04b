//! Memory does not grow with the size of a content, up and down, on every place. A program of its own, so that nothing else
//! moves its memory. `KNLAB_TEST_CONTENT_MIB` sets another size than 256.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::{TryStreamExt, stream};
use stores::files::Files;
use test_stores::TestNas;

const MIB: u64 = 1 << 20;

/// How much memory may grow.
const ALLOWED: u64 = 64 * MIB;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_does_not_grow_with_the_size_of_a_content() {
    let size = std::env::var("KNLAB_TEST_CONTENT_MIB").map_or(256, |size| size.parse().unwrap()) * MIB;
    println!("place    way    MiB  seconds  MiB/s  growth MiB");
    flat("folder", TestNas::folder(), size).await;
    #[cfg(feature = "webdav")]
    flat("WebDAV", TestNas::webdav().await, size).await;
    #[cfg(feature = "s3")]
    flat("S3", TestNas::s3().await, size).await;
}

async fn flat(place: &str, nas: TestNas, size: u64) {
    let files = Files::open(nas.place()).unwrap();
    files.write_bytes("small", Bytes::from_static(b"warm")).await.unwrap();
    // Each piece is memory of its own, as it is when it comes from a connection.
    let body = stream::iter((0..size >> 16).map(|number| Ok(Bytes::from(vec![number as u8; 1 << 16]))));
    let written = measured(place, "up", size, files.write("large", body, size)).await.unwrap();
    assert_eq!(written.size, size);
    let read = async {
        let pieces = files.read("large", None).await.unwrap();
        pieces.try_fold(0, async |sum, piece| Ok(sum + piece.len() as u64)).await.unwrap()
    };
    assert_eq!(measured(place, "down", size, read).await, size);
}

/// Does something, prints how long it took and how much memory it needed beyond that at its start.
async fn measured<T>(place: &str, way: &str, size: u64, work: impl Future<Output = T>) -> T {
    let (peak, ended) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let (watched, done) = (Arc::clone(&peak), Arc::clone(&ended));
    let before = resident();
    let watch = std::thread::spawn(move || {
        while !done.load(Ordering::Relaxed) {
            watched.fetch_max(resident(), Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    let begin = Instant::now();
    let outcome = work.await;
    let seconds = begin.elapsed().as_secs_f64();
    ended.store(true, Ordering::Relaxed);
    watch.join().unwrap();
    let growth = peak.load(Ordering::Relaxed).saturating_sub(before);
    let mib = size / MIB;
    println!("{place:8} {way:4} {mib:5} {seconds:8.1} {:6.0} {:7}", mib as f64 / seconds, growth / MIB);
    assert!(growth < ALLOWED, "{place} {way}: memory grew by {} MiB", growth / MIB);
    outcome
}

fn resident() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 4096
}
