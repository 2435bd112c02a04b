//! Rebuilding an index beside the one that serves.

use stores::StoreError;
use stores::search::{Collection, IndexedDocument, SearchRequest};

use super::corpus::documents;
use super::{Opened, everything, sorted_ids, words};

fn politica() -> Vec<IndexedDocument> {
    documents().into_iter().filter(|document| document.collection == Collection::Politica).collect()
}

fn all_of_politica() -> SearchRequest {
    SearchRequest { collections: vec![Collection::Politica], ..everything() }
}

pub async fn the_old_index_serves_until_the_new_one_is_published(opened: Opened) {
    let opened = opened.filled().await;
    let mut rebuild = opened.writer.begin_rebuild(Collection::Politica).await.unwrap();
    let twice = opened.writer.begin_rebuild(Collection::Politica).await;
    assert!(matches!(twice.map(|_| ()), Err(StoreError::AlreadyExists { .. })));
    for document in politica().into_iter().take(2) {
        rebuild.put(&[IndexedDocument { summary: "새로 지은 색인".to_owned(), ..document }]).await.unwrap();
    }
    for reader in [&opened.reader, &opened.other] {
        assert_eq!(reader.search(&all_of_politica()).await.unwrap().total, 4);
        assert_eq!(reader.search(&words("색인")).await.unwrap().total, 0);
    }
    rebuild.publish().await.unwrap();
    for reader in [&opened.reader, &opened.other] {
        assert_eq!(sorted_ids(&reader.search(&all_of_politica()).await.unwrap()), ["p1", "p2"]);
        assert_eq!(reader.search(&words("색인")).await.unwrap().total, 2);
        assert_eq!(reader.search(&everything()).await.unwrap().total, 8);
    }
    opened.writer.put(&politica()).await.unwrap();
    assert_eq!(opened.search(&all_of_politica()).await.total, 4);
    opened.writer.begin_rebuild(Collection::Politica).await.unwrap().publish().await.unwrap();
    assert_eq!(opened.search(&all_of_politica()).await.total, 0);
}

pub async fn writes_during_a_rebuild_are_in_both(opened: Opened) {
    let opened = opened.filled().await;
    let changed = |id: usize, version| IndexedDocument {
        version,
        summary: format!("수정본 {version}"),
        ..politica().remove(id)
    };
    opened.writer.remove(&[(Collection::Politica, "p4".to_owned(), 20)]).await.unwrap();
    let mut rebuild = opened.writer.begin_rebuild(Collection::Politica).await.unwrap();
    let rows = politica();
    let (first, second) = rows.split_at(2);
    rebuild.put(first).await.unwrap();
    opened.writer.put(&[changed(0, 11), changed(2, 12)]).await.unwrap();
    opened.writer.remove(&[(Collection::Politica, "p2".to_owned(), 13)]).await.unwrap();
    let found = ["p1", "p3"];
    assert_eq!(sorted_ids(&opened.search(&words("수정본")).await), found);
    // The rebuild reads the database slowly and comes with what it read before those writes.
    rebuild.put(second).await.unwrap();
    rebuild.put(first).await.unwrap();
    rebuild.publish().await.unwrap();
    assert_eq!(sorted_ids(&opened.search(&words("수정본")).await), found);
    assert_eq!(sorted_ids(&opened.search(&all_of_politica()).await), found);
    // Removals from before the rebuild still outlive late writes.
    opened.writer.put(&politica()).await.unwrap();
    assert_eq!(sorted_ids(&opened.search(&all_of_politica()).await), found);
}

pub async fn an_abandoned_rebuild_changes_nothing(opened: Opened) {
    let opened = opened.filled().await;
    let mut rebuild = opened.writer.begin_rebuild(Collection::Politica).await.unwrap();
    rebuild.put(&politica()[..1]).await.unwrap();
    drop(rebuild);
    opened.writer.put(&[IndexedDocument { id: "p9".to_owned(), ..politica().remove(0) }]).await.unwrap();
    assert_eq!(opened.search(&all_of_politica()).await.total, 5);
    let mut again = opened.writer.begin_rebuild(Collection::Politica).await.unwrap();
    again.put(&politica()).await.unwrap();
    again.publish().await.unwrap();
    assert_eq!(opened.search(&all_of_politica()).await.total, 4);
}

pub async fn searches_never_see_half_a_rebuild(opened: Opened) {
    let opened = opened.filled().await;
    let engine = opened.writer.clone();
    let rebuilds = tokio::spawn(async move {
        for _ in 0..4 {
            let mut rebuild = engine.begin_rebuild(Collection::Politica).await.unwrap();
            for document in politica() {
                rebuild.put(&[document]).await.unwrap();
            }
            rebuild.publish().await.unwrap();
        }
    });
    let mut searches = 0;
    while !rebuilds.is_finished() || searches == 0 {
        for reader in [&opened.reader, &opened.other] {
            assert_eq!(reader.search(&everything()).await.unwrap().total, 10);
        }
        searches += 1;
    }
    rebuilds.await.unwrap();
}
