//! Which names are refused and which are kept as they are.

use bytes::Bytes;
use stores::StoreError;
use stores::files::Files;

use super::everything;

pub async fn names_that_leave_the_root_or_cannot_be_are_refused(files: Files) {
    files.write_bytes("kept.txt", Bytes::from_static(b"kept")).await.unwrap();
    let long_part = "a".repeat(256);
    let long_path = ["b".repeat(200).as_str(); 6].join("/");
    let korean_part = "가".repeat(86);
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
        "\0",
        "a\0b",
        "a\nb",
        "a\u{7f}",
        "\u{85}",
        "..\\x",
        "a\\b",
        "C:\\x",
        "a//",
        ".partial",
        ".partial/x",
        &long_part,
        &long_path,
        &korean_part,
    ];
    for path in refused {
        let results = [
            files.list(path).await.map(|_| ()),
            files.stat(path).await.map(|_| ()),
            files.write_bytes(path, Bytes::new()).await.map(|_| ()),
            files.read(path, None).await.map(|_| ()),
            files.rename(path, "other.txt").await,
            files.rename("kept.txt", path).await,
            files.remove(path).await,
            files.create_folder(path).await,
            files.remove_folder(path).await,
            files.usage(path).await.map(|_| ()),
        ];
        for (operation, result) in results.into_iter().enumerate() {
            assert!(
                matches!(result, Err(StoreError::InvalidName(_))),
                "{path:?}, operation {operation}: {result:?}"
            );
        }
    }
    assert!(matches!(files.remove_folder("").await, Err(StoreError::InvalidName(_))));
    assert_eq!(everything(&files).await, ["kept.txt"]);
}

pub async fn long_and_korean_names_are_kept(files: Files) {
    let long = "가".repeat(85);
    let names = [
        "2026년 예산안 (최종).pdf",
        "a b%20c#d?e&f.txt",
        "...",
        "..a",
        "a..",
        "-rf",
        "~",
        "café.txt",
        "🏛️.hwp",
        &long,
        "나/다/라.txt",
    ];
    for name in names {
        files.write_bytes(name, Bytes::from(name.to_owned())).await.unwrap();
        assert_eq!(files.read_all(name).await.unwrap(), name);
        assert_eq!(files.stat(name).await.unwrap().unwrap().path, name);
    }
    let paths = everything(&files).await;
    for name in names {
        assert!(paths.iter().any(|path| path == name), "{name} in {paths:?}");
    }
}
