//! Clients that send documents through the gateway, each under a key, and try again with the same key until they are answered.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::stage::Stage;
use crate::victim::Victim;

const CLIENTS: usize = 4;
/// How long a client waits before it tries again.
const AGAIN: Duration = Duration::from_millis(100);
/// Between two documents of a client.
const PAUSE: Duration = Duration::from_millis(20);
/// For every kill at most so many documents: a search engine that takes a minute to start must not have thousands to catch up with.
const EACH: usize = 300;

const INGEST: &str = "mutation($key: String!, $input: IngestDocumentInput!) {
    ingestDocument(idempotencyKey: $key, input: $input) { __typename
        ... on IngestDocumentSuccess { documentId outcome } } }";

/// The clients at work.
pub struct Ingests {
    clients: JoinSet<()>,
    shared: Arc<Shared>,
}

struct Shared {
    client: Client,
    url: String,
    token: String,
    title: String,
    next: AtomicUsize,
    allowed: AtomicUsize,
    answered: Mutex<BTreeMap<String, String>>,
    is_over: AtomicBool,
}

impl Ingests {
    /// Lets the clients begin.
    pub fn begin(stage: &Stage, victim: Victim) -> Ingests {
        let shared = Arc::new(Shared {
            client: stage.processes.client.clone(),
            url: format!("{}/graphql", stage.processes.url()),
            token: stage.token.clone(),
            title: format!("{} 문서", victim.name()),
            next: AtomicUsize::new(0),
            allowed: AtomicUsize::new(0),
            answered: Mutex::default(),
            is_over: AtomicBool::new(false),
        });
        let mut clients = JoinSet::new();
        for _ in 0..CLIENTS {
            clients.spawn(shared.clone().send_all());
        }
        Ingests { clients, shared }
    }

    /// Lets some more documents be sent.
    pub fn go_on(&self) {
        self.shared.allowed.store(self.shared.next.load(Ordering::Relaxed) + EACH, Ordering::Relaxed);
    }

    /// How many documents were acknowledged.
    pub fn answered(&self) -> usize {
        self.shared.answered.lock().unwrap().len()
    }

    /// Ends the stream once everything sent is answered: the ids by the titles.
    pub async fn end(mut self) -> BTreeMap<String, String> {
        self.shared.is_over.store(true, Ordering::Relaxed);
        while let Some(ended) = self.clients.join_next().await {
            ended.unwrap();
        }
        std::mem::take(&mut self.shared.answered.lock().unwrap())
    }
}

impl Shared {
    async fn send_all(self: Arc<Self>) {
        while !self.is_over.load(Ordering::Relaxed) {
            if self.next.load(Ordering::Relaxed) >= self.allowed.load(Ordering::Relaxed) {
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            let title = format!("{} {}", self.title, self.next.fetch_add(1, Ordering::Relaxed));
            let id = self.send(&title).await;
            assert_eq!(self.answered.lock().unwrap().insert(title, id), None);
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The id of the document, once it is in.
    async fn send(&self, title: &str) -> String {
        // Nothing but the key tells that two requests are one: there is no id and no source.
        let input = json!({ "collection": "SCREENING", "title": title, "body": "죽임 표의 본문이다.", "language": "ko",
                            "publishedAt": "2026-03-02T00:00:00Z" });
        let body = json!({ "query": INGEST, "variables": { "key": title, "input": input } });
        loop {
            match self.attempt(&body).await {
                Some(payload) if payload["__typename"] == json!("IngestDocumentSuccess") => {
                    assert_eq!(payload["outcome"], json!("CREATED"), "{title}: {payload}");
                    return payload["documentId"].as_str().unwrap().to_owned();
                }
                Some(payload) if !payload.is_null() => panic!("{title}: {payload}"),
                _ => tokio::time::sleep(AGAIN).await,
            }
        }
    }

    async fn attempt(&self, body: &Value) -> Option<Value> {
        let request = self.client.post(&self.url).bearer_auth(&self.token).json(body);
        let answer: Value = request.send().await.ok()?.json().await.ok()?;
        Some(answer["data"]["ingestDocument"].clone())
    }
}
