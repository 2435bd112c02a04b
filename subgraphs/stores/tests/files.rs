//! The files contract on every engine that can be opened here, and what only a folder of this machine has.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod files_contract;

use std::os::unix::fs::symlink;
use std::path::Path;

use bytes::Bytes;
use files_contract::Opened;
use stores::StoreError;
use stores::files::Files;

async fn folder() -> Opened {
    let root = tempfile::tempdir().unwrap();
    Opened { files: Files::open_folder(&root.path().join("nas")).unwrap(), keep: Box::new(root) }
}

files_contract::suite!(folder);

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
    symlink("real/plain.txt", inside.join("inner.txt")).unwrap();
    symlink("real", inside.join("inner")).unwrap();
    (files, outside)
}

#[tokio::test]
async fn a_link_out_of_the_root_is_refused_by_every_operation() {
    let root = tempfile::tempdir().unwrap();
    let (files, outside) = with_links(root.path());
    for path in
        ["leak.txt", "leak/secret.txt", "leak/folder", "leak/new.txt", "dangling.txt", "ring", "ring/x"]
    {
        let body = Bytes::from_static(b"x");
        let results = [
            files.stat(path).await.map(|_| ()),
            files.list(path).await.map(|_| ()),
            files.read_all(path).await.map(|_| ()),
            files.write_bytes(path, body).await.map(|_| ()),
            files.rename(path, "taken.txt").await,
            files.rename("real/plain.txt", path).await,
            files.remove(path).await,
            files.create_folder(path).await,
            files.remove_folder(path).await,
            files.usage(path).await.map(|_| ()),
        ];
        for (operation, result) in results.into_iter().enumerate() {
            assert!(
                matches!(result, Err(StoreError::InvalidName(_))),
                "{path}, operation {operation}: {result:?}"
            );
        }
    }
    assert_eq!(std::fs::read_to_string(outside.join("secret.txt")).unwrap(), "비밀");
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 2);
    let listed: Vec<_> = files.list("").await.unwrap().into_iter().map(|entry| entry.path).collect();
    assert_eq!(listed, ["inner.txt", "inner/", "real/"]);
}

#[tokio::test]
async fn removing_a_link_inside_the_root_leaves_its_target() {
    let root = tempfile::tempdir().unwrap();
    let (files, _) = with_links(root.path());
    assert_eq!(files.read_all("inner/plain.txt").await.unwrap(), "평문");
    files.remove("inner.txt").await.unwrap();
    files.remove_folder("inner").await.unwrap();
    assert_eq!(files.read_all("real/plain.txt").await.unwrap(), "평문");
    assert!(files.stat("inner").await.unwrap().is_none());
}

#[tokio::test]
async fn a_root_that_went_away_is_unavailable_and_not_empty() {
    let root = tempfile::tempdir().unwrap();
    let files = Files::open_folder(&root.path().join("nas")).unwrap();
    std::fs::rename(root.path().join("nas"), root.path().join("gone")).unwrap();
    let results = [
        files.ping().await,
        files.list("").await.map(|_| ()),
        files.stat("a.txt").await.map(|_| ()),
        files.read_all("a.txt").await.map(|_| ()),
        files.write_bytes("a.txt", Bytes::new()).await.map(|_| ()),
    ];
    for result in results {
        assert!(matches!(result, Err(StoreError::Unavailable { .. })), "{result:?}");
    }
    assert!(!root.path().join("nas").exists());
    std::fs::rename(root.path().join("gone"), root.path().join("nas")).unwrap();
    files.ping().await.unwrap();
}

#[tokio::test]
async fn opening_sweeps_partial_files_of_killed_processes_but_not_of_running_ones() {
    let root = tempfile::tempdir().unwrap();
    let partials = root.path().join(".partial");
    std::fs::create_dir_all(&partials).unwrap();
    let day = std::time::Duration::from_secs(24 * 60 * 60);
    for (name, age) in [("old", 2 * day), ("young", day / 2)] {
        let file = std::fs::File::create(partials.join(name)).unwrap();
        file.set_modified(std::time::SystemTime::now() - age).unwrap();
    }
    let files = Files::open_folder(root.path()).unwrap();
    assert!(!partials.join("old").exists());
    assert!(partials.join("young").exists());
    assert!(files.list("").await.unwrap().is_empty());
    assert_eq!(files.usage("").await.unwrap(), stores::files::Usage::default());
}
