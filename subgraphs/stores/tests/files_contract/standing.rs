//! What stands there: listing, summing up, removing, sweeping.

use bytes::Bytes;
use futures::{StreamExt, stream};
use stores::files::Usage;

use super::content::pieces;
use super::{Opened, everything};

async fn planted(opened: &Opened, contents: &[(&str, usize)]) {
    for (key, size) in contents {
        opened.files.write_bytes(key, Bytes::from(vec![7; *size])).await.unwrap();
    }
}

pub async fn what_stands_there_is_listed_and_summed(opened: &Opened) {
    let files = &opened.files;
    assert!(files.list("").await.unwrap().is_empty());
    assert_eq!(files.usage("").await.unwrap(), Usage::default());
    planted(opened, &[("b/2", 200), ("a/1", 10), ("ab/x", 1), ("a/b/c/3", 3_000), ("a/b/empty", 0)]).await;
    for (folder, keys, bytes) in [
        ("", vec!["a/1", "a/b/c/3", "a/b/empty", "ab/x", "b/2"], 3_211),
        ("a", vec!["a/1", "a/b/c/3", "a/b/empty"], 3_010),
        ("a/b", vec!["a/b/c/3", "a/b/empty"], 3_000),
        ("none", vec![], 0),
    ] {
        let entries = files.list(folder).await.unwrap();
        assert_eq!(entries.iter().map(|entry| entry.key.as_str()).collect::<Vec<_>>(), keys, "{folder}");
        let expected = Usage { files: keys.len() as u64, bytes };
        assert_eq!(files.usage(folder).await.unwrap(), expected, "{folder}");
        for entry in entries {
            assert_eq!(files.stat(&entry.key).await.unwrap().unwrap().size, entry.size, "{}", entry.key);
        }
    }
    files.ping().await.unwrap();
}

pub async fn removing_removes_exactly_what_is_named(opened: &Opened) {
    planted(opened, &[("a/1", 1), ("a/2", 1), ("ab/3", 1)]).await;
    for key in ["a/1", "a/1", "none", "none/x", "ab"] {
        opened.files.remove(key).await.unwrap();
    }
    assert_eq!(everything(&opened.files).await, ["a/2", "ab/3"]);
    planted(opened, &[("a/1", 5)]).await;
    assert_eq!(opened.files.stat("a/1").await.unwrap().unwrap().size, 5);
}

pub async fn partials_are_swept_by_their_age(opened: &Opened) {
    let files = &opened.files;
    planted(opened, &[("kept", 1)]).await;
    let endless = pieces(&[7; 100_000], 10_000).chain(stream::pending());
    let writer = tokio::spawn({
        let files = files.clone();
        async move { files.write("never", endless, u64::MAX).await }
    });
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert_eq!(files.sweep_partials(0).await.unwrap(), 0, "what is written now is younger");
    assert_eq!(everything(files).await, ["kept"]);
    writer.abort();
    files.sweep_partials(i64::MAX).await.unwrap();
    assert_eq!(everything(files).await, ["kept"]);
}
