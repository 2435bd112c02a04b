//! Which keys are refused, and that a key is taken once.

use bytes::Bytes;
use futures::future::join_all;
use stores::StoreError;
use stores::files::Files;

use super::content::pieces;
use super::{Opened, everything};

pub async fn keys_that_could_mean_something_else_are_refused(opened: &Opened) {
    let files = &opened.files;
    let long_part = "a".repeat(256);
    let long_key = ["b".repeat(200).as_str(); 6].join("/");
    let refused = [
        "..",
        "../x",
        "a/../../x",
        "a/..",
        "/",
        "/etc/passwd",
        "//x",
        "a//b",
        ".",
        "./a",
        "a/./b",
        "a/.",
        "a/",
        "\0",
        "a\0b",
        "a\nb",
        "\u{7f}",
        "a\\b",
        "c:x",
        ".partial",
        ".partial/x",
        "a/.hidden",
        "A",
        "가",
        "a b",
        "a%2e",
        "a?b",
        "a#b",
        "a*",
        &long_part,
        &long_key,
    ];
    for key in refused {
        let results = [
            files.stat(key).await.map(|_| ()),
            files.list(key).await.map(|_| ()),
            files.usage(key).await.map(|_| ()),
            files.write_bytes(key, Bytes::new()).await.map(|_| ()),
            files.write(key, pieces(&[], 1), 1).await.map(|_| ()),
            files.read(key, None).await.map(|_| ()),
            files.read(key, Some(0..1)).await.map(|_| ()),
            files.remove(key).await,
        ];
        for (operation, result) in results.into_iter().enumerate() {
            let invalid = matches!(result, Err(StoreError::InvalidName(_)));
            assert!(invalid, "{key:?}, operation {operation}: {result:?}");
        }
    }
    assert!(everything(files).await.is_empty());
    for key in ["a", "a..b", "0/_/-", &format!("{}/x", "c".repeat(255))] {
        files.write_bytes(key, Bytes::from_static(b"x")).await.unwrap();
        assert_eq!(files.read_all(key).await.unwrap(), "x", "{key}");
    }
}

/// As two processes on one NAS do it: each has opened the place for itself.
pub async fn a_key_is_taken_once_whoever_comes_second(opened: &Opened) {
    let other = Files::open(&opened.place).unwrap();
    opened.files.write_bytes("taken", Bytes::from_static(b"first")).await.unwrap();
    let second = [
        other.write_bytes("taken", Bytes::from_static(b"second")).await,
        other.write("taken", pieces(b"second", 3), 100).await,
        opened.files.write_bytes("taken", Bytes::from_static(b"third")).await,
    ];
    for result in second {
        assert!(matches!(result, Err(StoreError::AlreadyExists { .. })), "{result:?}");
    }
    assert_eq!(opened.files.read_all("taken").await.unwrap(), "first");
    for round in 0..5 {
        let key = format!("race/{round}");
        let contents: Vec<Vec<u8>> = (0..8_u8).map(|writer| vec![writer; 200_000]).collect();
        let writes = contents.iter().enumerate().map(|(writer, content)| {
            let files = if writer % 2 == 0 { &opened.files } else { &other };
            files.write(&key, pieces(content, 30_000), 1 << 20)
        });
        let results = join_all(writes).await;
        let won: Vec<usize> = (0..8).filter(|writer| results[*writer].is_ok()).collect();
        assert_eq!(won.len(), 1, "{results:?}");
        let lost =
            |result: &stores::Result<_>| matches!(result, Ok(_) | Err(StoreError::AlreadyExists { .. }));
        assert!(results.iter().all(lost), "{results:?}");
        assert!(other.read_all(&key).await.unwrap() == contents[won[0]], "the winner's content stands");
    }
    assert_eq!(everything(&opened.files).await.len(), 6);
}
