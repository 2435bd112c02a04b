//! The progress of a run as a subscription.

use futures::StreamExt;
use serde_json::{Value, json};
use service::Role;

use crate::fake_common::FakeCommon;
use crate::site::Site;
use crate::world::{World, request};

const PROGRESS: &str = "subscription($id: ID!) { crawlProgress(runId: $id) { run { status } counts { total discovered stored done skipped failed } } }";

#[tokio::test]
async fn progress_is_told_until_the_run_ends_wherever_the_work_is_done() {
    let (world, (site, address), (_, common_url)) =
        (World::new().await, Site::start().await, FakeCommon::start().await);
    site.tree(12);
    let mut source = crate::world::source(&format!("{address}/p0"));
    source.limits.delay_ms = 20;
    world.store.save_source(&source).await.unwrap();
    let run = world.start(&source, "k").await;
    let mut stream =
        Box::pin(world.schema.execute_stream(request(Some(Role::Operator), PROGRESS, json!({ "id": run }))));
    let mut events = vec![serde_json::to_value(stream.next().await.unwrap()).unwrap()];
    let rest =
        async { stream.map(|event| serde_json::to_value(event).unwrap()).collect::<Vec<Value>>().await };
    events.extend(
        tokio::select! { () = world.worker(&common_url).work() => unreachable!(), rest = rest => rest },
    );
    let progress: Vec<&Value> = events.iter().map(|event| &event["data"]["crawlProgress"]).collect();
    assert!(progress.len() > 4, "{progress:#?}");
    assert_eq!(progress[0]["run"]["status"], "QUEUED");
    let done: Vec<i64> = progress.iter().map(|event| event["counts"]["done"].as_i64().unwrap()).collect();
    assert!(done.is_sorted(), "{done:?}");
    let last = json!({ "run": { "status": "SUCCEEDED" }, "counts": { "total": 12, "discovered": 0, "stored": 0, "done": 12, "skipped": 0, "failed": 0 } });
    assert_eq!(*progress[progress.len() - 1], last);
}

#[tokio::test]
async fn progress_is_for_operators_and_of_runs_that_exist() {
    let world = World::new().await;
    for (role, code) in
        [(None, "UNAUTHENTICATED"), (Some(Role::Reader), "FORBIDDEN"), (Some(Role::Operator), "NOT_FOUND")]
    {
        let events: Vec<_> =
            world.schema.execute_stream(request(role, PROGRESS, json!({ "id": "x" }))).collect().await;
        assert_eq!(events.len(), 1);
        let event = serde_json::to_value(&events[0]).unwrap();
        assert_eq!(event["errors"][0]["extensions"]["code"], code);
    }
}
