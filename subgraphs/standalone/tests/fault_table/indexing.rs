//! While one index is broken, what is taken in for the other two is found there all the same.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::json;

use crate::fault::{Fault, How, What};
use crate::load::Client;
use crate::proxy::INDEXES;
use crate::real_stores::RealStores;

/// How soon a document must be in a sound index.
const SOON: Duration = Duration::from_secs(2);

const INGEST: &str =
    "mutation($key: String!, $i: IngestDocumentInput!) { ingestDocument(idempotencyKey: $key, input: $i) {
    ... on IngestDocumentSuccess { documentId version } } }";

/// One document for each index; each time it is taken in it has a new version.
pub struct Indexing {
    client: Client,
    next: AtomicU64,
}

impl Indexing {
    /// Takes the first versions in; they are in the indexes afterwards.
    pub async fn begin(client: &Client, stores: &RealStores) -> Indexing {
        let indexing = Indexing { client: client.clone(), next: AtomicU64::new(1) };
        for index in INDEXES {
            // The engine of a machine that has just started everything takes its time.
            indexing.arrives(index, stores, SOON * 10).await.unwrap();
        }
        indexing
    }

    /// What was held up by the fault of an index though its own is sound.
    pub async fn held_up(&self, stores: &RealStores, fault: Fault) -> Vec<String> {
        let What::Store(broken) = fault.what else { return Vec::new() };
        if fault.how == How::Slow || !INDEXES.contains(&broken) {
            return Vec::new();
        }
        let sound = INDEXES.into_iter().filter(|index| *index != broken);
        let arrived = join_all(sound.map(|index| self.arrives(index, stores, SOON))).await;
        arrived.into_iter().filter_map(Result::err).collect()
    }

    async fn arrives(&self, index: &str, stores: &RealStores, within: Duration) -> Result<(), String> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let input = json!({
            "collection": index.to_uppercase(), "title": format!("고장 표 {number}"), "body": "다른 색인의 고장", "language": "ko",
            "publishedAt": "2026-03-02T00:00:00Z", "sourceUrl": format!("http://example.com/fault-table/{index}"),
        });
        let variables = json!({ "key": format!("fault table {number}"), "i": input });
        let begin = Instant::now();
        let answer = self.client.operation(INGEST, &variables).await?;
        let taken = &answer["data"]["ingestDocument"];
        let (Some(id), Some(version)) = (taken["documentId"].as_str(), taken["version"].as_i64()) else {
            return Err(format!("a document for {index} is not taken in: {answer}"));
        };
        while stores.indexed_version(id).await != Some(version) {
            if begin.elapsed() > within {
                return Err(format!("a document for {index} is not found after {:?}", begin.elapsed()));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }
}
