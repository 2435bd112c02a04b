//! The load: every question is asked again and again, and each answer is compared with what it was when nothing was broken.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::JoinHandle;

/// Between an answer and the next time the same is asked.
const PAUSE: Duration = Duration::from_millis(40);

/// What is asked.
#[derive(Clone, Debug)]
pub enum Asked {
    /// A GraphQL operation with one root field.
    Operation(String, Value),
    /// A file, by its link.
    Download(String),
}

/// A question, and every server and store that its answer needs.
#[derive(Clone, Debug)]
pub struct Question {
    pub name: &'static str,
    pub needs: &'static [&'static str],
    pub asked: Asked,
}

/// What an answer was like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As when nothing is broken.
    Right,
    /// An error with path and code, and nothing internal.
    Clean(String),
    /// Anything else.
    Wrong(String),
}

/// One answer.
#[derive(Clone, Debug)]
pub struct Heard {
    pub asked_at: Instant,
    pub took: Duration,
    pub verdict: Verdict,
}

/// A question that is being asked.
pub struct Asking {
    pub question: Question,
    heard: Arc<Mutex<Vec<Heard>>>,
    task: JoinHandle<()>,
}

/// Who asks, and where.
#[derive(Clone)]
pub struct Client {
    pub http: reqwest::Client,
    pub gateway: String,
    pub token: String,
}

impl Asking {
    /// Learns the right answer, and asks from then on.
    pub async fn begin(client: &Client, question: Question) -> Asking {
        let right = client.ask(&question.asked).await;
        let is_fine = right.as_ref().is_ok_and(|right| right.get("errors").is_none());
        assert!(is_fine, "{}: {right:?}", question.name);
        let right = right.unwrap();
        let heard: Arc<Mutex<Vec<Heard>>> = Arc::default();
        let (client, asked, noted) = (client.clone(), question.asked.clone(), heard.clone());
        let task = tokio::spawn(async move {
            loop {
                let asked_at = Instant::now();
                let answer = client.ask(&asked).await;
                let took = asked_at.elapsed();
                let verdict = verdict(&right, answer);
                noted.lock().unwrap().push(Heard { asked_at, took, verdict });
                tokio::time::sleep(PAUSE).await;
            }
        });
        Asking { question, heard, task }
    }

    /// The answers to what was asked since.
    pub fn heard_since(&self, since: Instant) -> Vec<Heard> {
        self.heard.lock().unwrap().iter().filter(|heard| heard.asked_at >= since).cloned().collect()
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Client {
    /// The answer to an operation.
    pub async fn operation(&self, query: &str, variables: &Value) -> Result<Value, String> {
        self.ask(&Asked::Operation(query.to_owned(), variables.clone())).await
    }

    async fn ask(&self, asked: &Asked) -> Result<Value, String> {
        let request = match asked {
            Asked::Operation(query, variables) => self
                .http
                .post(format!("{}/graphql", self.gateway))
                .bearer_auth(&self.token)
                .json(&json!({ "query": query, "variables": variables })),
            Asked::Download(link) => self.http.get(format!("{}{link}", self.gateway)),
        };
        let answer = request.send().await.map_err(|error| error.to_string())?;
        let status = answer.status();
        let body = answer.bytes().await.map_err(|error| error.to_string())?;
        match (asked, status.is_success()) {
            (Asked::Download(_), true) => Ok(json!({ "data": { "file": String::from_utf8_lossy(&body) } })),
            _ => serde_json::from_slice(&body).map_err(|_| format!("{status}, not JSON")),
        }
    }
}

fn verdict(right: &Value, answer: Result<Value, String>) -> Verdict {
    let answer = match answer {
        Ok(answer) if &answer == right => return Verdict::Right,
        Ok(answer) => answer,
        Err(error) => return Verdict::Wrong(error),
    };
    let errors = answer["errors"].as_array().cloned().unwrap_or_default();
    let code = errors.first().and_then(|error| error.pointer("/extensions/code")).and_then(Value::as_str);
    let has_paths = answer.get("data").is_none()
        || errors.iter().all(|error| error["path"].as_array().is_some_and(|path| !path.is_empty()));
    let nulls = answer["data"].as_object().is_none_or(|data| data.values().all(Value::is_null));
    let text = answer.to_string();
    let inside = ["127.0.0.1", "refused", "sqlx", "elasticsearch", "/src/", "os error", "SELECT "];
    let tells = inside.iter().any(|word| text.contains(word));
    match code {
        Some(code) if has_paths && nulls && !tells => Verdict::Clean(code.to_owned()),
        _ => Verdict::Wrong(text.chars().take(300).collect()),
    }
}
