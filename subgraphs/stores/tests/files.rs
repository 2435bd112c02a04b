//! The files contract on every place that this build knows, and what only one of them has.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod files_contract;

use std::os::unix::fs::symlink;
use std::path::Path;

use bytes::Bytes;
use files_contract::Opened;
use stores::StoreError;
use stores::files::{Files, Place};

async fn folder() -> Opened {
    let root = tempfile::tempdir().unwrap();
    Opened::new(Place::Folder(root.path().join("nas")), Box::new(root))
}

files_contract::suite!(folder);

#[cfg(feature = "webdav")]
async fn webdav() -> Opened {
    let nas = test_stores::TestNas::webdav().await;
    Opened::new(nas.place().clone(), Box::new(nas))
}

#[cfg(feature = "webdav")]
files_contract::suite!(webdav);

#[cfg(feature = "s3")]
async fn s3() -> Opened {
    let nas = test_stores::TestNas::s3().await;
    Opened::new(nas.place().clone(), Box::new(nas))
}

#[cfg(feature = "s3")]
files_contract::suite!(s3);

fn with_links(root: &Path) -> (Files, std::path::PathBuf) {
    let (inside, outside) = (root.join("nas"), root.join("outside"));
    let files = Files::open_folder(&inside).unwrap();
    std::fs::create_dir_all(outside.join("folder")).unwrap();
    std::fs::create_dir_all(inside.join("real")).unwrap();
    std::fs::write(outside.join("secret.txt"), "비밀").unwrap();
    std::fs::write(inside.join("real/plain.txt"), "평문").unwrap();
    symlink(outside.join("secret.txt"), inside.join("leak.txt")).unwrap();
    symlink(&outside, inside.join("leak")).unwrap();
    symlink(outside.join("new.txt"), inside.join("dangling.txt")).unwrap();
    symlink("ring", inside.join("ring")).unwrap();
    symlink("real", inside.join("inner")).unwrap();
    (files, outside)
}

#[tokio::test]
async fn a_link_out_of_the_folder_is_refused_by_every_operation() {
    let root = tempfile::tempdir().unwrap();
    let (files, outside) = with_links(root.path());
    for key in
        ["leak.txt", "leak/secret.txt", "leak/folder", "leak/new.txt", "dangling.txt", "ring", "ring/x"]
    {
        let results = [
            files.stat(key).await.map(|_| ()),
            files.read_all(key).await.map(|_| ()),
            files.write_bytes(key, Bytes::from_static(b"x")).await.map(|_| ()),
            files.write(key, futures::stream::iter([Ok(Bytes::from_static(b"x"))]), 1).await.map(|_| ()),
            files.remove(key).await,
        ];
        for (operation, result) in results.into_iter().enumerate() {
            let refused = matches!(result, Err(StoreError::InvalidName(_)));
            assert!(refused, "{key}, operation {operation}: {result:?}");
        }
    }
    assert_eq!(std::fs::read_to_string(outside.join("secret.txt")).unwrap(), "비밀");
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 2);
    let listed: Vec<_> = files.list("").await.unwrap().into_iter().map(|entry| entry.key).collect();
    assert_eq!(listed, ["real/plain.txt"], "links are not followed");
    assert_eq!(files.read_all("inner/plain.txt").await.unwrap(), "평문", "a link inside is");
}

#[tokio::test]
async fn a_folder_that_went_away_is_unavailable_and_not_empty() {
    let root = tempfile::tempdir().unwrap();
    let files = Files::open_folder(&root.path().join("nas")).unwrap();
    std::fs::rename(root.path().join("nas"), root.path().join("gone")).unwrap();
    let results = [
        files.ping().await,
        files.list("").await.map(|_| ()),
        files.stat("a").await.map(|_| ()),
        files.read_all("a").await.map(|_| ()),
        files.write_bytes("a", Bytes::new()).await.map(|_| ()),
    ];
    for result in results {
        assert!(matches!(result, Err(StoreError::Unavailable { .. })), "{result:?}");
    }
    assert!(!root.path().join("nas").exists());
    std::fs::rename(root.path().join("gone"), root.path().join("nas")).unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    files.ping().await.unwrap();
}

#[tokio::test]
async fn a_file_where_a_folder_would_have_to_be_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let files = Files::open_folder(root.path()).unwrap();
    files.write_bytes("file", Bytes::from_static(b"x")).await.unwrap();
    let below = files.write_bytes("file/below", Bytes::from_static(b"x")).await;
    assert!(matches!(below, Err(StoreError::InvalidName(_))), "{below:?}");
    assert!(files.stat("file/below").await.unwrap().is_none());
    assert_eq!(files.read_all("file").await.unwrap(), "x");
}

#[tokio::test]
async fn partial_files_of_killed_processes_are_swept_but_not_those_of_running_ones() {
    let root = tempfile::tempdir().unwrap();
    let partials = root.path().join(".partial");
    std::fs::create_dir_all(&partials).unwrap();
    let (day, now) = (std::time::Duration::from_secs(24 * 60 * 60), std::time::SystemTime::now());
    for (name, age) in [("old", 2 * day), ("young", day / 2)] {
        let file = std::fs::File::create(partials.join(name)).unwrap();
        file.set_modified(now - age).unwrap();
    }
    let files = Files::open_folder(root.path()).unwrap();
    let cutoff = (now - day).duration_since(std::time::UNIX_EPOCH).unwrap().as_micros() as i64;
    assert_eq!(files.sweep_partials(cutoff).await.unwrap(), 1);
    assert!(!partials.join("old").exists() && partials.join("young").exists());
    assert!(files.list("").await.unwrap().is_empty());
    assert_eq!(files.usage("").await.unwrap(), stores::files::Usage::default());
}
