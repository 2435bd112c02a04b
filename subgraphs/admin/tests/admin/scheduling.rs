//! Starting, cancelling and scheduling runs.

use std::time::Duration;

use admin::store::runs::RunStatus;
use serde_json::json;

use crate::fake_common::FakeCommon;
use crate::site::Site;
use crate::world::World;

const START: &str = "mutation($id: ID!, $key: String!) { startCrawl(sourceId: $id, idempotencyKey: $key) { __typename \
    ... on CrawlStarted { created run { id } } ... on CrawlAlreadyRunning { run { id } } } }";

#[tokio::test]
async fn a_run_is_started_once_per_key_and_one_at_a_time_per_source() {
    let world = World::new().await;
    let source = world.source("http://127.0.0.1:1/").await;
    let (one, other) = tokio::join!(
        world.ask(START, json!({ "id": source.id, "key": "a" })),
        world.ask(START, json!({ "id": source.id, "key": "a" }))
    );
    assert_eq!(one["startCrawl"]["run"], other["startCrawl"]["run"]);
    let created = [&one, &other].map(|answer| answer["startCrawl"]["created"].as_bool().unwrap());
    assert_eq!(created.iter().filter(|created| **created).count(), 1);
    let busy = world.ask(START, json!({ "id": source.id, "key": "b" })).await;
    assert_eq!(
        busy["startCrawl"],
        json!({ "__typename": "CrawlAlreadyRunning", "run": one["startCrawl"]["run"] })
    );
    let run = one["startCrawl"]["run"]["id"].as_str().unwrap();
    let cancel = "mutation($id: ID!) { cancelCrawl(runId: $id) { __typename ... on CrawlCancelled { run { status finishedAt } } } }";
    let cancelled = world.ask(cancel, json!({ "id": run })).await;
    assert_eq!(cancelled["cancelCrawl"]["run"]["status"], "CANCELLED");
    assert_eq!(world.ask(cancel, json!({ "id": run })).await["cancelCrawl"]["__typename"], "CrawlRunEnded");
    assert_eq!(
        world.ask(cancel, json!({ "id": "x" })).await["cancelCrawl"]["__typename"],
        "CrawlRunNotFound"
    );
    let again = world.ask(START, json!({ "id": source.id, "key": "a" })).await;
    assert_eq!(
        (&again["startCrawl"]["created"], &again["startCrawl"]["run"]["id"]),
        (&json!(false), &json!(run))
    );
    assert_eq!(
        world.ask(START, json!({ "id": "x", "key": "b" })).await["startCrawl"]["__typename"],
        "CrawlSourceNotFound"
    );
    let off = "mutation($id: ID!) { updateCrawlSource(id: $id, input: { active: false }) { __typename } }";
    world.ask(off, json!({ "id": source.id })).await;
    assert_eq!(
        world.ask(START, json!({ "id": source.id, "key": "c" })).await["startCrawl"]["__typename"],
        "CrawlSourceInactive"
    );
}

#[tokio::test]
async fn a_cancelled_run_stops_soon_and_keeps_what_it_has() {
    let (world, (site, address), (common, common_url)) =
        (World::new().await, Site::start().await, FakeCommon::start().await);
    site.tree(100);
    let mut source = crate::world::source(&format!("{address}/p0"));
    source.limits.delay_ms = 30;
    world.store.save_source(&source).await.unwrap();
    let run = world.start(&source, "k").await;
    let story = async {
        while common.urls().len() < 3 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(world.store.cancel_run(&run).await.unwrap());
        tokio::time::sleep(Duration::from_millis(400)).await;
        let hits = site.all_hits();
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(site.all_hits(), hits, "no more requests to the site");
    };
    tokio::select! { () = world.worker(&common_url).work() => unreachable!(), () = story => {} }
    assert_eq!(world.store.run(&run).await.unwrap().unwrap().status, RunStatus::Cancelled);
    assert!((3..20).contains(&common.urls().len()));
}

#[tokio::test]
async fn a_due_source_is_crawled_once_however_many_workers_there_are() {
    let (world, (site, address), (common, common_url)) =
        (World::new().await, Site::start().await, FakeCommon::start().await);
    site.tree(3);
    let mut source = crate::world::source(&format!("{address}/p0"));
    source.interval_seconds = Some(3_600);
    source.next_run_at = Some(world.store.now() - 1);
    world.store.save_source(&source).await.unwrap();
    let workers = futures::future::join_all((0..3).map(|_| world.worker(&common_url).work()));
    let story = async {
        while common.urls().len() < 3 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    tokio::select! { _ = workers => unreachable!(), () = story => {} }
    let query = "query($id: ID!) { crawlSource(id: $id) { nextRunAt runs { totalCount edges { node { status startedBy { id } } } } } }";
    let data = world.ask(query, json!({ "id": source.id })).await;
    let runs =
        json!({ "totalCount": 1, "edges": [{ "node": { "status": "SUCCEEDED", "startedBy": null } }] });
    assert_eq!(data["crawlSource"]["runs"], runs);
    let next = world.store.source(&source.id).await.unwrap().unwrap().next_run_at.unwrap();
    assert!(next > world.store.now() + 3_500_000_000, "an hour later");
}
