//! The tree: listing, moving, removing, summing up.

use bytes::Bytes;
use stores::StoreError;
use stores::files::{Files, Usage};

use super::everything;

async fn planted(files: &Files, paths: &[&str]) {
    for path in paths {
        match path.strip_suffix('/') {
            Some(folder) => files.create_folder(folder).await.unwrap(),
            None => _ = files.write_bytes(path, Bytes::from((*path).to_owned())).await.unwrap(),
        }
    }
}

pub async fn listing_is_sorted_and_of_one_level(files: Files) {
    assert!(files.list("").await.unwrap().is_empty());
    planted(&files, &["나.txt", "b/c/deep.txt", "b/1.txt", "가/", "a.txt"]).await;
    for (folder, expected) in [
        ("", vec!["a.txt", "b/", "가/", "나.txt"]),
        ("b", vec!["b/1.txt", "b/c/"]),
        ("b/c/", vec!["b/c/deep.txt"]),
        ("가", vec![]),
    ] {
        let entries = files.list(folder).await.unwrap();
        assert_eq!(entries.iter().map(|entry| entry.path.as_str()).collect::<Vec<_>>(), expected, "{folder}");
        for entry in &entries {
            assert_eq!(entry.is_folder, entry.path.ends_with('/'));
            assert_eq!(
                files.stat(&entry.path).await.unwrap().as_ref().map(|found| &found.path),
                Some(&entry.path)
            );
        }
    }
    for missing in ["none", "a.txt", "b/none"] {
        assert!(matches!(files.list(missing).await, Err(StoreError::NotFound(_))), "{missing}");
    }
}

pub async fn moving_takes_all_along_and_never_overwrites(files: Files) {
    planted(&files, &["from/one.txt", "from/below/two.txt", "taken.txt", "folder/"]).await;
    for (from, to) in [
        ("from/one.txt", "taken.txt"),
        ("from/one.txt", "folder"),
        ("from", "folder"),
        ("from", "taken.txt"),
        ("taken.txt", "taken.txt"),
    ] {
        let refused = files.rename(from, to).await;
        assert!(matches!(refused, Err(StoreError::AlreadyExists { .. })), "{from} to {to}: {refused:?}");
    }
    assert!(matches!(files.rename("none.txt", "x.txt").await, Err(StoreError::NotFound(_))));
    assert!(matches!(files.rename("from", "from/below/inside").await, Err(StoreError::InvalidName(_))));
    files.rename("from/one.txt", "new/folder/하나.txt").await.unwrap();
    files.rename("from/", "new/moved").await.unwrap();
    let expected = [
        "folder/",
        "new/",
        "new/folder/",
        "new/folder/하나.txt",
        "new/moved/",
        "new/moved/below/",
        "new/moved/below/two.txt",
        "taken.txt",
    ];
    assert_eq!(everything(&files).await, expected);
    assert_eq!(files.read_all("new/folder/하나.txt").await.unwrap(), "from/one.txt");
    assert_eq!(files.read_all("taken.txt").await.unwrap(), "taken.txt");
}

pub async fn two_moves_to_one_name_have_one_winner(files: Files) {
    let names: Vec<String> = (0..8).map(|number| format!("{number}.txt")).collect();
    for name in &names {
        planted(&files, &[name.as_str()]).await;
    }
    let moves = names.iter().map(|name| files.rename(name, "one.txt"));
    let results = futures::future::join_all(moves).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert!(results.iter().all(|result| matches!(result, Ok(()) | Err(StoreError::AlreadyExists { .. }))));
    assert_eq!(everything(&files).await.len(), 8);
}

pub async fn removing_removes_exactly_what_is_named(files: Files) {
    planted(&files, &["a/1.txt", "a/2.txt", "ab/3.txt", "a.txt", "empty/"]).await;
    files.remove("a/1.txt").await.unwrap();
    assert_eq!(everything(&files).await, ["a.txt", "a/", "a/2.txt", "ab/", "ab/3.txt", "empty/"]);
    files.remove_folder("a").await.unwrap();
    files.remove_folder("empty/").await.unwrap();
    assert_eq!(everything(&files).await, ["a.txt", "ab/", "ab/3.txt"]);
    for missing in ["a/1.txt", "a/2.txt", "none"] {
        assert!(matches!(files.remove(missing).await, Err(StoreError::NotFound(_))), "{missing}");
        assert!(matches!(files.remove_folder(missing).await, Err(StoreError::NotFound(_))), "{missing}");
    }
}

pub async fn files_and_folders_do_not_stand_in_for_each_other(files: Files) {
    planted(&files, &["file.txt", "folder/inside.txt"]).await;
    let body = || Bytes::from_static(b"x");
    let invalid = [
        files.write_bytes("folder", body()).await.map(|_| ()),
        files.write_bytes("file.txt/below.txt", body()).await.map(|_| ()),
        files.write_bytes("new/", body()).await.map(|_| ()),
        files.remove("folder").await,
    ];
    for (position, result) in invalid.into_iter().enumerate() {
        assert!(matches!(result, Err(StoreError::InvalidName(_))), "case {position}: {result:?}");
    }
    assert!(matches!(files.create_folder("file.txt").await, Err(StoreError::AlreadyExists { .. })));
    assert!(matches!(files.read_all("folder").await, Err(StoreError::NotFound(_))));
    assert!(matches!(files.remove_folder("file.txt").await, Err(StoreError::NotFound(_))));
    assert!(files.stat("file.txt/below.txt").await.unwrap().is_none());
    files.create_folder("folder").await.unwrap();
    assert_eq!(everything(&files).await, ["file.txt", "folder/", "folder/inside.txt"]);
}

pub async fn usage_sums_the_whole_tree(files: Files) {
    assert_eq!(files.usage("").await.unwrap(), Usage::default());
    for (path, size) in [("a/1", 10), ("a/b/2", 200), ("c", 3000), ("a/b/empty", 0)] {
        files.write_bytes(path, Bytes::from(vec![0; size])).await.unwrap();
    }
    for (folder, count, bytes) in [("", 4, 3210), ("a", 3, 210), ("a/b", 2, 200)] {
        assert_eq!(files.usage(folder).await.unwrap(), Usage { files: count, bytes }, "{folder}");
    }
    assert!(matches!(files.usage("none").await, Err(StoreError::NotFound(_))));
    files.ping().await.unwrap();
}
