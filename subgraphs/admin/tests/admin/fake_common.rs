//! A stand-in for common: the same mutation over HTTP, with the same idempotency, remembering what it was given.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

pub const CREDENTIAL: &str = "admin-secret";

#[derive(Default)]
pub struct Taken {
    /// Documents by source URL: id, and how many versions were written.
    pub documents: HashMap<String, (String, usize, Value)>,
    keys: HashMap<String, (Value, String)>,
}

#[derive(Default)]
pub struct FakeCommon {
    pub taken: Mutex<Taken>,
    /// Answers nothing but 503.
    pub down: AtomicBool,
    /// Answers nothing for as long as this is set.
    pub holds_back: AtomicBool,
    /// Titles that are refused as invalid.
    pub refuse: Mutex<Vec<String>>,
    pub requests: AtomicUsize,
}

impl FakeCommon {
    pub async fn start() -> (Arc<Self>, String) {
        let common = Arc::new(Self::default());
        let router = Router::new().route("/graphql", post(answer)).with_state(Arc::clone(&common));
        (common, serve(router).await)
    }

    pub fn document(&self, url: &str) -> Value {
        let taken = self.taken.lock().unwrap();
        let known: Vec<&String> = taken.documents.keys().collect();
        taken.documents.get(url).unwrap_or_else(|| panic!("{url} is not in {known:#?}")).2.clone()
    }

    pub fn urls(&self) -> Vec<String> {
        let mut urls: Vec<String> = self.taken.lock().unwrap().documents.keys().cloned().collect();
        urls.sort();
        urls
    }

    fn take(&self, input: &Value, key: &str) -> Value {
        let mut taken = self.taken.lock().unwrap();
        if self.refuse.lock().unwrap().iter().any(|title| input["title"] == title.as_str()) {
            let problem = json!({ "field": "title", "message": "is refused" });
            return json!({ "__typename": "InvalidFields", "message": "some fields are not acceptable", "problems": [problem] });
        }
        if let Some((before, id)) = taken.keys.get(key) {
            return match before == input {
                true => json!({ "__typename": "IngestDocumentSuccess", "documentId": id }),
                false => json!({ "__typename": "IdempotencyConflict", "message": "x" }),
            };
        }
        let url = input["sourceUrl"].as_str().unwrap().to_owned();
        let count = taken.documents.len();
        let document =
            taken.documents.entry(url).or_insert_with(|| (format!("document-{count}"), 0, Value::Null));
        document.1 += 1;
        document.2 = input.clone();
        let id = document.0.clone();
        taken.keys.insert(key.to_owned(), (input.clone(), id.clone()));
        json!({ "__typename": "IngestDocumentSuccess", "documentId": id })
    }
}

async fn answer(
    State(common): State<Arc<FakeCommon>>,
    headers: HeaderMap,
    Json(request): Json<Value>,
) -> (StatusCode, Json<Value>) {
    common.requests.fetch_add(1, Ordering::SeqCst);
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if header("x-knlab-caller") != Some("admin") || header("x-knlab-credential") != Some(CREDENTIAL) {
        let error =
            json!({ "errors": [{ "message": "x", "extensions": { "code": "CALLER_NOT_ACCEPTED" } }] });
        return (StatusCode::UNAUTHORIZED, Json(error));
    }
    if common.down.load(Ordering::SeqCst) {
        return (StatusCode::SERVICE_UNAVAILABLE, Json(json!("down")));
    }
    while common.holds_back.load(Ordering::SeqCst) {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let variables = &request["variables"];
    let payload = common.take(&variables["input"], variables["key"].as_str().unwrap());
    (StatusCode::OK, Json(json!({ "data": { "ingestDocument": payload } })))
}

/// Serves a router on a free port of loopback until the test ends; gives its address.
pub async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}
