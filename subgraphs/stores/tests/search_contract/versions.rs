//! Versions: the highest wins, whatever the order of arrival.

use std::collections::BTreeMap;

use stores::StoreError;
use stores::search::{Collection, IndexedDocument};

use super::corpus::documents;
use super::{Opened, everything, ids, words};

fn version(version: i64) -> IndexedDocument {
    IndexedDocument {
        id: "v".to_owned(),
        version,
        title: format!("판본 edition{version}"),
        ..documents().remove(0)
    }
}

async fn stands(opened: &Opened) -> Option<i64> {
    let versions = opened.reader.versions(&["v".to_owned(), "nobody".to_owned()]).await.unwrap();
    assert!(!versions.contains_key("nobody"));
    let found = opened.search(&everything()).await;
    assert_eq!(found.hits.iter().filter(|hit| hit.id == "v").count(), versions.len());
    let version = versions.get("v").copied();
    if let Some(version) = version {
        assert_eq!(ids(&opened.search(&words(&format!("edition{version}"))).await), ["v"]);
    }
    version
}

pub async fn an_older_version_never_wins(opened: Opened) {
    assert_eq!(stands(&opened).await, None);
    for (put, expected) in [(5, 5), (4, 5), (5, 5), (-3, 5), (6, 6), (100, 100), (99, 100)] {
        opened.writer.put(&[version(put)]).await.unwrap();
        assert_eq!(stands(&opened).await, Some(expected), "after {put}");
    }
    let same = IndexedDocument {
        title: "다른 내용 edition100".to_owned(),
        summary: "비밀".to_owned(),
        ..version(100)
    };
    opened.writer.put(&[same]).await.unwrap();
    assert_eq!(opened.search(&words("비밀")).await.total, 0);
}

pub async fn a_removal_outlives_late_older_writes(opened: Opened) {
    let remove = async |version| {
        opened.writer.remove(&[(Collection::Politica, "v".to_owned(), version)]).await.unwrap()
    };
    remove(3).await;
    opened.writer.put(&[version(2)]).await.unwrap();
    assert_eq!(stands(&opened).await, None);
    opened.writer.put(&[version(4)]).await.unwrap();
    assert_eq!(stands(&opened).await, Some(4));
    remove(3).await;
    remove(4).await;
    assert_eq!(stands(&opened).await, Some(4));
    remove(5).await;
    for late in [4, 5] {
        opened.writer.put(&[version(late)]).await.unwrap();
        assert_eq!(stands(&opened).await, None, "after {late}");
    }
    opened.writer.put(&[version(6)]).await.unwrap();
    assert_eq!(stands(&opened).await, Some(6));
}

pub async fn of_one_batch_the_highest_version_counts(opened: Opened) {
    opened.writer.put(&[version(2), version(7), version(5)]).await.unwrap();
    assert_eq!(stands(&opened).await, Some(7));
    let ids = ["v", "v"].map(|id| (Collection::Politica, id.to_owned(), 8));
    opened.writer.remove(&ids).await.unwrap();
    assert_eq!(stands(&opened).await, None);
    opened.writer.put(&[]).await.unwrap();
    opened.writer.remove(&[]).await.unwrap();
}

pub async fn writers_at_once_end_with_the_highest_versions(opened: Opened) {
    let ids: Vec<String> = (0..12).map(|number| format!("c{number}")).collect();
    let mut writers = Vec::new();
    for writer in 0..4_i64 {
        let (engine, ids) = (opened.writer.clone(), ids.clone());
        writers.push(tokio::spawn(async move {
            for round in 0..6_i64 {
                // Every writer comes to every id in another order and with other versions.
                let version = |number: i64| (number * 31 + writer * 17 + round * 7) % 101;
                let document = |(number, id): (i64, &String)| IndexedDocument {
                    id: id.clone(),
                    collection: Collection::ALL[usize::try_from(number % 3).unwrap()],
                    version: version(number),
                    ..documents().remove(0)
                };
                let batch: Vec<_> = (0..).zip(&ids).map(document).collect();
                engine.put(&batch).await.unwrap();
            }
        }));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let highest = |number: i64| {
        let versions =
            (0..4).flat_map(|writer| (0..6).map(move |round| (number * 31 + writer * 17 + round * 7) % 101));
        versions.max().unwrap()
    };
    let expected: BTreeMap<String, i64> =
        (0..).zip(&ids).map(|(number, id)| (id.clone(), highest(number))).collect();
    assert_eq!(opened.reader.versions(&ids).await.unwrap(), expected);
    assert_eq!(opened.search(&everything()).await.total, 12);
}

pub async fn another_process_sees_every_write_at_once(opened: Opened) {
    opened.other.ping().await.unwrap();
    for number in 1..=10 {
        opened.writer.put(&[version(number)]).await.unwrap();
        let versions = opened.other.versions(&["v".to_owned()]).await.unwrap();
        assert_eq!(versions.get("v"), Some(&number));
    }
    opened.writer.remove(&[(Collection::Politica, "v".to_owned(), 11)]).await.unwrap();
    assert_eq!(opened.other.search(&everything()).await.unwrap().total, 0);
}

pub async fn a_document_that_cannot_be_indexed_is_told_and_the_others_are_kept(opened: Opened) {
    let named = |id: &str| IndexedDocument { id: id.to_owned(), ..documents().remove(0) };
    let (too_long, fits) = ("x".repeat(513), "가".repeat(170));
    let batch = [named("before"), named(&too_long), named(""), named(&fits), named("after")];
    let error = opened.writer.put(&batch).await.unwrap_err();
    assert!(matches!(&error, StoreError::Internal(text) if text.contains("513 bytes")), "{error:?}");
    assert_eq!(opened.search(&everything()).await.total, 3);
    // Nothing of the kind can be there, so that it is gone already.
    opened.writer.remove(&[(Collection::Politica, too_long, 9)]).await.unwrap();
    let long = "긴 ".repeat(40_000);
    let long =
        IndexedDocument { title: long.clone(), body: long.clone(), keywords: vec![long], ..named("long") };
    opened.writer.put(&[long]).await.unwrap();
    assert_eq!(opened.search(&words("긴")).await.total, 1);
}
