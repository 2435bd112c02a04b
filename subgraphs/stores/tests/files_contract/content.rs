//! Contents: whole or not at all, hashed, in ranges.

use std::io;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use sha2::{Digest, Sha256};
use stores::StoreError;
use stores::files::Files;

use super::everything;

const LIMIT: u64 = 16 * 1024 * 1024;

fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|position| (position * 31 % 251) as u8).collect()
}

fn pieces(content: &[u8], size: usize) -> Vec<io::Result<Bytes>> {
    content.chunks(size).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect()
}

pub async fn contents_come_back_with_their_hash(files: Files) {
    for length in [0, 1, 255, 256 * 1024, 1_000_003] {
        let content = pattern(length);
        let path = format!("sizes/{length}.bin");
        let written =
            files.write(&path, stream::iter(pieces(&content, 70_001)), length as u64).await.unwrap();
        assert_eq!(written.size, length as u64);
        assert_eq!(written.sha256, hex::encode(Sha256::digest(&content)));
        assert!(files.read_all(&path).await.unwrap() == content, "{length} bytes come back");
        let entry = files.stat(&path).await.unwrap().unwrap();
        assert_eq!((entry.size, entry.is_folder), (length as u64, false));
        let age = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_micros()
            as i64
            - entry.modified_at.unwrap();
        assert!((-2_000_000..60_000_000).contains(&age), "{age}");
    }
    assert!(
        matches!(files.read_all("sizes/none.bin").await, Err(StoreError::NotFound(path)) if path == "sizes/none.bin")
    );
}

pub async fn ranges_are_cut_at_the_end(files: Files) {
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

pub async fn a_body_that_is_too_large_or_breaks_leaves_the_old_file(files: Files) {
    files.write_bytes("a/kept.txt", Bytes::from_static("원본".as_bytes())).await.unwrap();
    let content = pattern(1000);
    for path in ["a/kept.txt", "b/new.txt"] {
        let large = files.write(path, stream::iter(pieces(&content, 100)), 999).await;
        assert!(matches!(large, Err(StoreError::TooLarge { max_bytes: 999 })), "{large:?}");
        let mut broken = pieces(&content, 100);
        broken.push(Err(io::Error::other("the client went away")));
        let broken = files.write(path, stream::iter(broken), LIMIT).await;
        assert!(matches!(broken, Err(StoreError::Interrupted(_))), "{broken:?}");
    }
    assert_eq!(everything(&files).await, ["a/", "a/kept.txt"]);
    assert_eq!(files.read_all("a/kept.txt").await.unwrap(), "원본");
}

pub async fn a_dropped_write_leaves_nothing(files: Files) {
    let endless = stream::iter(pieces(&pattern(1000), 100)).chain(stream::pending());
    let write = files.write("never.txt", endless, LIMIT);
    assert!(tokio::time::timeout(std::time::Duration::from_millis(200), write).await.is_err());
    assert!(everything(&files).await.is_empty());
    assert!(files.stat("never.txt").await.unwrap().is_none());
}

pub async fn readers_see_one_whole_version_while_writers_replace_it(files: Files) {
    let version = |number: u8| vec![number; 300_000];
    files.write_bytes("shared.bin", Bytes::from(version(0))).await.unwrap();
    let writers: Vec<_> = (1..=4)
        .map(|number| {
            let files = files.clone();
            tokio::spawn(async move {
                for _ in 0..5 {
                    files
                        .write("shared.bin", stream::iter(pieces(&version(number), 50_000)), LIMIT)
                        .await
                        .unwrap();
                }
            })
        })
        .collect();
    while !writers.iter().all(tokio::task::JoinHandle::is_finished) {
        let read = files.read_all("shared.bin").await.unwrap();
        assert_eq!(read.len(), 300_000);
        assert!(read.iter().all(|byte| *byte == read[0]));
    }
    for writer in writers {
        writer.await.unwrap();
    }
}

pub async fn a_reader_keeps_the_version_it_began_with(files: Files) {
    let old = pattern(1_000_000);
    files.write_bytes("report.bin", Bytes::from(old.clone())).await.unwrap();
    let mut reader = files.read("report.bin", None).await.unwrap();
    let mut read = reader.next().await.unwrap().unwrap().to_vec();
    files.write_bytes("report.bin", Bytes::from(vec![0; 1_000_000])).await.unwrap();
    while let Some(piece) = reader.next().await {
        read.extend_from_slice(&piece.unwrap());
    }
    assert!(read == old, "one version from begin to end");
}
