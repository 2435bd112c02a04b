//! Contents: whole or not at all, hashed, read in parts, in little memory.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use sha2::{Digest, Sha256};
use stores::StoreError;

use super::{Opened, everything};

const LIMIT: u64 = 1 << 30;

/// Above the size of one part on S3.
const LARGE: usize = 20_000_000;

fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|position| (position * 7 + position / 251) as u8).collect()
}

/// A body in pieces of this size.
pub fn pieces(content: &[u8], size: usize) -> stream::Iter<std::vec::IntoIter<io::Result<Bytes>>> {
    stream::iter(content.chunks(size).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect::<Vec<_>>())
}

pub async fn contents_come_back_with_their_hash(opened: &Opened) {
    let files = &opened.files;
    for length in [0, 1, 999, 262_144, 262_145, LARGE] {
        let content = pattern(length);
        let written = [
            files
                .write(&format!("streamed/{length}"), pieces(&content, 70_001), length as u64)
                .await
                .unwrap(),
            files.write_bytes(&format!("put/{length}"), content.clone().into()).await.unwrap(),
        ];
        for (way, written) in ["streamed", "put"].into_iter().zip(written) {
            let key = format!("{way}/{length}");
            assert_eq!(written.size, length as u64, "{key}");
            assert_eq!(written.sha256, hex::encode(Sha256::digest(&content)), "{key}");
            assert!(files.read_all(&key).await.unwrap() == content, "{key}");
            let entry = files.stat(&key).await.unwrap().unwrap();
            assert_eq!((entry.size, &entry.key), (length as u64, &key));
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
            let age = now.as_micros() as i64 - entry.modified_at.unwrap();
            assert!((-2_000_000..60_000_000).contains(&age), "{age}");
        }
    }
    let missing = files.read_all("put/none").await;
    assert!(matches!(&missing, Err(StoreError::NotFound(key)) if key == "put/none"), "{missing:?}");
    assert!(matches!(files.read("put/none", Some(0..1)).await, Err(StoreError::NotFound(_))));
    assert!(files.stat("put/none").await.unwrap().is_none());
}

pub async fn ranges_are_cut_at_the_end(opened: &Opened) {
    let files = &opened.files;
    let content = pattern(600_000);
    files.write_bytes("ranges.bin", Bytes::from(content.clone())).await.unwrap();
    for (start, end) in [
        (0, 1),
        (1, 1),
        (255, 262_145),
        (262_144, 524_288),
        (599_999, 600_000),
        (500_000, u64::MAX),
        (600_000, 700_000),
        (900_000, 900_001),
    ] {
        let range = start.min(600_000) as usize..end.min(600_000) as usize;
        let read: Vec<Bytes> =
            files.read("ranges.bin", Some(start..end)).await.unwrap().try_collect().await.unwrap();
        assert!(read.concat() == content[range], "{start}..{end}");
    }
}

pub async fn a_body_that_is_too_large_or_breaks_leaves_nothing(opened: &Opened) {
    let files = &opened.files;
    for size in [1000, LARGE] {
        let content = pattern(size);
        let large = files.write("a/new", pieces(&content, size / 10), size as u64 - 1).await;
        let limit = size as u64 - 1;
        assert!(matches!(large, Err(StoreError::TooLarge { max_bytes }) if max_bytes == limit), "{large:?}");
        let gone = stream::iter([Err(io::Error::other("the client went away"))]);
        let broken = files.write("a/new", pieces(&content, size / 10).chain(gone), LIMIT).await;
        assert!(matches!(broken, Err(StoreError::Interrupted(_))), "{broken:?}");
    }
    assert!(everything(files).await.is_empty());
    assert!(files.stat("a/new").await.unwrap().is_none());
    files.write_bytes("a/new", Bytes::from_static(b"whole")).await.unwrap();
    assert_eq!(nothing_half_written(opened).await, 0);
    assert_eq!(files.read_all("a/new").await.unwrap(), "whole");
}

pub async fn a_dropped_write_leaves_nothing(opened: &Opened) {
    let files = &opened.files;
    let endless = pieces(&pattern(1_000_000), 100_000).chain(stream::pending());
    let write = files.write("never", endless, LIMIT);
    assert!(tokio::time::timeout(Duration::from_millis(300), write).await.is_err());
    assert!(everything(files).await.is_empty());
    assert!(files.stat("never").await.unwrap().is_none());
    assert_eq!(nothing_half_written(opened).await, 0);
}

/// How much is left half-written a little later, when the cleaning has had its time.
async fn nothing_half_written(opened: &Opened) -> u64 {
    tokio::time::sleep(Duration::from_millis(500)).await;
    opened.files.sweep_partials(i64::MAX).await.unwrap()
}

pub async fn readers_see_a_content_whole_or_not_at_all(opened: &Opened) {
    let content = pattern(3_000_000);
    for round in 0..3 {
        let key = format!("shared/{round}");
        let (files, writer_key, written) = (opened.files.clone(), key.clone(), content.clone());
        let writer = tokio::spawn(async move {
            files.write(&writer_key, pieces(&written, 50_000), LIMIT).await.unwrap();
        });
        let mut done = false;
        while !done {
            done = writer.is_finished();
            match opened.files.read_all(&key).await {
                Ok(read) => assert!(read == content, "{} bytes", read.len()),
                Err(StoreError::NotFound(_)) => assert!(!done, "it is written and not there"),
                Err(error) => panic!("{error}"),
            }
        }
        writer.await.unwrap();
    }
}
