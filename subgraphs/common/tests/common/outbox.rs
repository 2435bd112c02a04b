//! The way from Document Meta to the index: nothing lost, nothing doubled, wherever the indexer dies.

use std::time::Duration;

use serde_json::json;
use stores::search::Collection;

use crate::faulty_index::Fault;
use crate::world::{Who, World, document};

#[tokio::test]
async fn an_indexer_that_dies_at_any_point_loses_and_doubles_nothing() {
    for fault in [Fault::HangsBefore, Fault::HangsAfter, Fault::Down, Fault::AnswerLost] {
        let world = World::new().await;
        for number in 0..5 {
            world.ingest_new(&format!("문서 {number}")).await;
        }
        world.index.fail(fault);
        let doomed = tokio::spawn(world.replica().run());
        tokio::time::sleep(Duration::from_millis(300)).await;
        doomed.abort();
        let _ = doomed.await;
        assert_eq!(world.waiting().await, 5, "{fault:?}: an entry went away before the index held it");

        world.index.fail(Fault::None);
        let heir = world.replica();
        world.clock.advance(Duration::from_secs(11));
        heir.drain().await.unwrap();
        world.assert_converged().await;
        assert_eq!(world.index.found().len(), 5, "{fault:?}");
    }
}

#[tokio::test]
async fn claims_of_a_live_server_are_left_alone_until_their_time_is_over() {
    let world = World::new().await;
    world.ingest_new("하나").await;
    world.index.fail(Fault::HangsBefore);
    let first = tokio::spawn(world.replica().run());
    world.until("a claim that hangs", async || world.index.hanging() == 1).await;
    world.index.fail(Fault::None);
    world.replica().drain().await.unwrap();
    assert_eq!(world.waiting().await, 1, "another server took what was claimed");

    let id = world.index.found().keys().next().cloned();
    assert_eq!(id, None);
    world.clock.advance(Duration::from_secs(11));
    world.replica().drain().await.unwrap();
    world.assert_converged().await;
    first.abort();
}

#[tokio::test]
async fn with_the_index_down_ingest_goes_on_and_nothing_is_missing_once_it_is_back() {
    let world = World::new().await;
    let running = tokio::spawn(world.indexer.clone().run());
    world.index.fail(Fault::Down);
    let id = world.ingest_new("문서 0").await;
    for number in 1..30 {
        world.ingest_new(&format!("문서 {number}")).await;
    }
    let change = json!({ "id": id, "collection": "POLITICA", "title": "바뀜", "body": "b", "language": "ko",
                         "publishedAt": "2026-05-01T00:00:00Z" });
    assert_eq!(world.ingest("change", change).await["version"], 2);
    let status = "{ ingestStatus { pending refused failingSince searchAvailable oldestPendingAt } }";
    world
        .until("the failure to show", async || {
            !world.data(Who::Operator, status, json!({})).await["ingestStatus"]["failingSince"].is_null()
        })
        .await;
    let told = &world.data(Who::Operator, status, json!({})).await["ingestStatus"];
    assert_eq!((&told["pending"], &told["searchAvailable"]), (&json!(31), &json!(false)));

    world.index.fail(Fault::None);
    world.until("the outbox to empty", async || world.waiting().await == 0).await;
    world.assert_converged().await;
    let told = &world.data(Who::Operator, status, json!({})).await["ingestStatus"];
    assert_eq!((&told["pending"], &told["failingSince"]), (&json!(0), &json!(null)));
    running.abort();
}

#[tokio::test]
async fn an_index_that_is_down_or_hangs_holds_up_nobody_elses_documents() {
    for fault in [Fault::Down, Fault::HangsBefore] {
        let world = World::new().await;
        world.index.fail_one(Collection::Politica, fault);
        let running = tokio::spawn(world.indexer.clone().run());
        for number in 0..12 {
            let collection = ["POLITICA", "SCREENING", "PROJECT"][number % 3];
            let input = json!({ "collection": collection, "title": format!("문서 {number}"), "body": "b", "language": "ko",
                                "publishedAt": "2026-05-01T00:00:00Z" });
            assert_eq!(world.ingest(&format!("{number}"), input).await["outcome"], "CREATED");
        }
        // A document is in the index a moment before its entry leaves the outbox.
        world.until("the other two indexes to have theirs", async || world.waiting().await == 4).await;
        assert_eq!(world.index.found().len(), 8, "{fault:?}");
        let failing = async || world.indexer.failing_since().is_some() == (fault == Fault::Down);
        world.until("the failure to be told, if there is one", failing).await;

        world.index.fail(Fault::None);
        if fault == Fault::HangsBefore {
            running.abort();
            world.clock.advance(Duration::from_secs(11));
            world.replica().drain().await.unwrap();
        }
        world.until("the outbox to empty", async || world.waiting().await == 0).await;
        world.assert_converged().await;
        running.abort();
    }
}

#[tokio::test]
async fn replicas_share_the_work_and_write_each_version_once() {
    let world = World::new().await;
    let replicas = [world.replica(), world.replica(), world.replica()];
    let running: Vec<_> = replicas.iter().map(|replica| tokio::spawn(replica.clone().run())).collect();
    for number in 0..60 {
        world.ingest_new(&format!("문서 {number}")).await;
        replicas[number % 3].wake();
    }
    world.until("the outbox to empty", async || world.waiting().await == 0).await;
    world.assert_converged().await;
    let doubled: Vec<_> = world.index.writes().into_iter().filter(|(_, times)| *times > 1).collect();
    assert!(doubled.is_empty(), "{doubled:?}");
    running.iter().for_each(|task| task.abort());
}

#[tokio::test]
async fn a_document_that_the_index_refuses_does_not_hold_up_the_others() {
    let world = World::new().await;
    let bad = world.ingest_new("나쁜 문서").await;
    for number in 0..10 {
        world.ingest_new(&format!("문서 {number}")).await;
    }
    world.index.refuse(Some(&bad));
    world.indexer.drain().await.unwrap();
    assert_eq!((world.index.found().len(), world.waiting().await), (10, 1));
    let status = world.data(Who::Operator, "{ ingestStatus { pending refused } }", json!({})).await;
    assert_eq!(status["ingestStatus"], json!({ "pending": 1, "refused": 1 }));

    world.index.refuse(None);
    world.indexer.drain().await.unwrap();
    assert_eq!(world.waiting().await, 1, "it is tried again after a minute, not at once");
    world.clock.advance(Duration::from_secs(61));
    world.indexer.drain().await.unwrap();
    world.assert_converged().await;
}

#[tokio::test]
async fn a_new_document_is_found_at_once_because_the_indexer_is_woken() {
    let world = World::new().await;
    let running = tokio::spawn(world.indexer.clone().run());
    tokio::time::sleep(Duration::from_millis(100)).await;
    let id = world.ingest_new("하나").await;
    world.until("the document to be found", async || world.index.found().contains_key(&id)).await;
    running.abort();
}

#[tokio::test]
async fn a_deleted_document_leaves_the_index_and_everybodys_bookmarks() {
    let world = World::new().await;
    let (gone, stays) = (world.ingest_new("간다").await, world.ingest_new("남는다").await);
    let add = "mutation ($id: ID!) { addBookmark(documentId: $id) { __typename } }";
    for id in [&gone, &stays] {
        world.data(Who::Reader("reader-1"), add, json!({ "id": id })).await;
    }
    let delete = "mutation ($id: ID!) { deleteDocument(documentId: $id) { __typename } }";
    for wanted in ["DeleteDocumentSuccess", "DocumentNotFound"] {
        let payload = world.data(Who::Operator, delete, json!({ "id": gone })).await;
        assert_eq!(payload["deleteDocument"]["__typename"], wanted);
    }
    world.indexer.drain().await.unwrap();
    world.assert_converged().await;
    let entities =
        "query ($of: [_Any!]!) { _entities(representations: $of) { ... on User { bookmarks { edges { node {
        document { id } } } } } ... on Document { keywords { documentCount } } } }";
    let of = json!({ "of": [{ "__typename": "User", "id": "reader-1" }, { "__typename": "Document", "id": gone },
                            { "__typename": "Document", "id": stays }] });
    let found = world.data(Who::Reader("reader-1"), entities, of).await;
    let edges = &found["_entities"][0]["bookmarks"]["edges"];
    assert_eq!(edges, &json!([{ "node": { "document": { "id": stays } } }]));
    assert_eq!(found["_entities"][1], json!(null));
    assert_eq!(found["_entities"][2]["keywords"][0]["documentCount"], 1);
    assert_eq!(world.ingest("again", document("간다 2")).await["outcome"], "CREATED");
}
