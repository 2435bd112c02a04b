//! An index is rebuilt while searches go on.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::asking::{Gateway, TEXTS};
use crate::measured::Measured;
use crate::stage::Stage;

/// How long a rebuild may take.
const PATIENCE: Duration = Duration::from_secs(1_800);

const REINDEX: &str = "mutation($collection: Collection!) { reindex(collection: $collection) { __typename
    ... on ReindexStarted { reindex { id } } } }";
const RUN: &str = "query($id: ID!) { reindexRun(id: $id) { state documents } }";

/// Rebuilds a collection's index; the row says what searches saw of it.
pub async fn rebuild(stage: &Stage, collection: &str) -> Result<String> {
    let gateway = Gateway::of(stage).await?;
    let mut right = Vec::new();
    for text in TEXTS {
        right.push((text, gateway.search(text).await?));
    }
    let token = stage.operator().await;
    let begin = Instant::now();
    let begun = stage.processes.ask(Some(&token), REINDEX, json!({ "collection": collection })).await;
    let id = begun["data"]["reindex"]["reindex"]["id"].clone();
    ensure!(id.is_string(), "{begun}");

    let (mut measured, mut wrong) = (Measured::default(), 0);
    let end = async {
        loop {
            let run = run(stage, &token, &id).await;
            if run["state"] != json!("RUNNING") || begin.elapsed() > PATIENCE {
                return (run, begin.elapsed());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let mut end = std::pin::pin!(end);
    let mut questions = right.iter().cycle();
    let (run, took) = loop {
        let Some((text, total)) = questions.next() else { unreachable!() };
        let asked_at = Instant::now();
        tokio::select! {
            end = &mut end => break end,
            found = gateway.search(text) => {
                measured.note(asked_at.elapsed());
                wrong += u64::from(found.ok() != Some(*total));
            }
        }
    };
    ensure!(run["state"] == json!("PUBLISHED"), "{run}");
    let (documents, took) = (run["documents"].as_i64().unwrap_or_default(), took.as_secs_f64());
    let (searches, half, most) = (measured.count(), measured.millis(0.5), measured.millis(0.99));
    Ok(format!(
        "{collection:<12} {documents:>11} {took:>8.1} {searches:>19} {half:>8.2} {most:>8.2} {wrong:>17}"
    ))
}

async fn run(stage: &Stage, token: &str, id: &Value) -> Value {
    stage.processes.ask(Some(token), RUN, json!({ "id": id })).await["data"]["reindexRun"].clone()
}
