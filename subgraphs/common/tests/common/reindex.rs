//! Rebuilding an index while it is searched and written.

use std::time::Duration;

use serde_json::json;
use stores::search::{Collection, SearchRequest};
use test_stores::TestStores;

use crate::faulty_index::{Fault, FaultyIndex};
use crate::world::{START, Who, World, row};

const REINDEX: &str = "mutation { reindex(collection: POLITICA) { __typename
    ... on ReindexStarted { reindex { id state } } ... on ReindexAlreadyRunning { reindex { id } } } }";

async fn state(world: &World, id: &str) -> String {
    let query = "query ($id: ID!) { reindexRun(id: $id) { state documents finishedAt } }";
    let data = world.data(Who::Operator, query, json!({ "id": id })).await;
    data["reindexRun"]["state"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_rebuild_mends_the_index_and_loses_no_write_that_comes_meanwhile() {
    let world = World::new().await;
    let rows: Vec<_> = (0..1_500).map(row).collect();
    common::seed::documents(&world.stores, &rows, START - 3_600_000_000).await.unwrap();
    world.indexer.drain().await.unwrap();
    world.assert_converged().await;
    let (lost, kept) = (rows[0].id.clone().unwrap(), rows[3].id.clone().unwrap());
    world.index.lose(&lost);

    let running = tokio::spawn(world.indexer.clone().run());
    let started = world.data(Who::Operator, REINDEX, json!({})).await;
    let id = started["reindex"]["reindex"]["id"].as_str().unwrap().to_owned();
    assert_eq!(started["reindex"]["__typename"], "ReindexStarted");
    assert_eq!(
        world.data(Who::Operator, REINDEX, json!({})).await["reindex"]["__typename"],
        "ReindexAlreadyRunning"
    );

    let gone = rows[6].id.clone().unwrap();
    let delete = "mutation ($id: ID!) { deleteDocument(documentId: $id) { __typename } }";
    world.data(Who::Operator, delete, json!({ "id": gone })).await;
    for number in 0.. {
        world.ingest_new(&format!("새 문서 {number}")).await;
        assert!(world.index.found().contains_key(&kept), "a search misses a document during the rebuild");
        if state(&world, &id).await != "RUNNING" {
            break;
        }
    }
    assert_eq!(state(&world, &id).await, "PUBLISHED");
    world.until("the outbox to empty", async || world.waiting().await == 0).await;
    world.assert_converged().await;
    assert!(world.index.found().contains_key(&lost) && !world.index.found().contains_key(&gone));
    running.abort();
}

#[tokio::test]
async fn on_an_engine_searches_miss_nothing_while_an_index_is_rebuilt() {
    let of_the_test = TestStores::new();
    let search = of_the_test.search().await;
    let engine = search.reader.clone();
    let world = World::on(engine.clone(), search.writer.clone(), FaultyIndex::default()).await;
    let rows: Vec<_> = (0..900).map(row).collect();
    common::seed::documents(&world.stores, &rows, START - 3_600_000_000).await.unwrap();
    world.indexer.drain().await.unwrap();
    let everything = SearchRequest { collections: vec![Collection::Politica], ..SearchRequest::default() };
    assert_eq!(engine.search(&everything).await.unwrap().total, 300);

    let running = tokio::spawn(world.indexer.clone().run());
    let started = world.data(Who::Operator, REINDEX, json!({})).await;
    let id = started["reindex"]["reindex"]["id"].as_str().unwrap().to_owned();
    let mut ingested = 0;
    while state(&world, &id).await == "RUNNING" || ingested < 5 {
        world.ingest_new(&format!("새 문서 {ingested}")).await;
        ingested += 1;
        assert!(engine.search(&everything).await.unwrap().total >= 300);
    }
    assert_eq!(state(&world, &id).await, "PUBLISHED");
    world.until("the outbox to empty", async || world.waiting().await == 0).await;
    assert_eq!(engine.search(&everything).await.unwrap().total, 300 + ingested);
    running.abort();
}

#[tokio::test]
async fn a_rebuild_whose_server_died_is_buried_and_a_new_one_may_begin() {
    let world = World::new().await;
    world.ingest_new("하나").await;
    let at = world.clock.now();
    let sql = "INSERT INTO reindexes (id, collection, state, documents, started_by, started_at, renewed_at) \
               VALUES ('dead', 'politica', 'running', 0, 'x', ?, ?)";
    world.stores.common.execute(sql, stores::params![at, at]).await.unwrap();
    world.indexer.drain().await.unwrap();
    assert_eq!(state(&world, "dead").await, "RUNNING");
    let id = world.index.found().keys().next().cloned().unwrap();
    world.index.lose(&id);

    world.clock.advance(Duration::from_secs(61));
    world.indexer.drain().await.unwrap();
    assert_eq!(state(&world, "dead").await, "FAILED");
    world.assert_converged().await;
    let started = world.data(Who::Operator, REINDEX, json!({})).await;
    assert_eq!(started["reindex"]["__typename"], "ReindexStarted");
}

#[tokio::test]
async fn a_rebuild_fails_with_the_engine_and_leaves_the_old_index() {
    let world = World::new().await;
    world.ingest_new("하나").await;
    world.indexer.drain().await.unwrap();
    world.index.fail(Fault::Down);
    let started = world.data(Who::Operator, REINDEX, json!({})).await;
    let id = started["reindex"]["reindex"]["id"].as_str().unwrap().to_owned();
    world.until("the rebuild to fail", async || state(&world, &id).await == "FAILED").await;
    world.index.fail(Fault::None);
    world.indexer.drain().await.unwrap();
    world.assert_converged().await;
    let runs = world.data(Who::Operator, "{ reindexRuns { edges { node { id } } } }", json!({})).await;
    assert_eq!(runs["reindexRuns"]["edges"], json!([{ "node": { "id": id } }]));
}
