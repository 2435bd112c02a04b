//! The one arrow from server to server: documents that a crawl found are handed to common over its GraphQL API.

use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use bytes::Bytes;
use futures::StreamExt as _;
use serde::Serialize;
use serde_json::{Value, json};
use service::{ReplicaUrls, Secret};
use tower::ServiceExt as _;

use crate::settings::CommonSettings;

/// The most bytes of an answer.
const MAX_ANSWER: usize = 1 << 20;

const INGEST: &str = "mutation Ingest($input: IngestDocumentInput!, $key: String!) { \
    ingestDocument(input: $input, idempotencyKey: $key) { __typename \
    ... on IngestDocumentSuccess { documentId } ... on IdempotencyConflict { message } \
    ... on DocumentWasDeleted { documentId } ... on InvalidFields { message problems { field message } } } }";

/// A document as common takes it in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewDocument {
    /// `POLITICA`, `SCREENING` or `PROJECT`.
    pub collection: String,
    /// The title.
    pub title: String,
    /// The abstract.
    pub summary: Option<String>,
    /// The full text.
    pub body: String,
    /// The language.
    pub language: String,
    /// Who wrote it.
    pub author: Option<String>,
    /// Where it was found; a later version of the same page has the same.
    pub source_url: String,
    /// When it was published, RFC 3339.
    pub published_at: String,
    /// Its category.
    pub category_id: Option<String>,
    /// Who issued it.
    pub organization_id: Option<String>,
}

/// What common made of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handed {
    /// It is in, now or since the same request came before.
    Taken {
        /// Its id.
        document_id: String,
    },
    /// The key belongs to another request.
    Conflict,
    /// The document was deleted and is not taken in again.
    Deleted {
        /// Its id.
        document_id: String,
    },
    /// The document is not acceptable.
    Invalid(String),
}

/// Common did not answer, or could not do its work now; trying again later may help.
#[derive(Debug, thiserror::Error)]
#[error("common is unavailable: {0}")]
pub struct CommonUnavailable(pub String);

impl From<String> for CommonUnavailable {
    fn from(reason: String) -> Self {
        Self(reason)
    }
}

/// How common is reached.
#[derive(Clone)]
enum Transport {
    Http { client: reqwest::Client, urls: ReplicaUrls },
    InProcess(Router),
}

/// Hands documents to common. Cheap to clone.
#[derive(Clone)]
pub struct CommonClient {
    transport: Transport,
    credential: Secret,
    timeout: Duration,
}

impl CommonClient {
    /// Over HTTP.
    pub fn over_http(settings: &CommonSettings) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        let client = client.build().context("cannot make an HTTP client")?;
        for url in settings.url.all() {
            url::Url::parse(url).with_context(|| format!("common.url: {url} is not a URL"))?;
        }
        let timeout = Duration::from_secs(settings.timeout_seconds);
        Ok(Self {
            transport: Transport::Http { client, urls: settings.url.clone() },
            credential: settings.credential.clone(),
            timeout,
        })
    }

    /// Through common's router in the same process.
    pub fn in_process(router: Router, credential: Secret) -> Self {
        Self { transport: Transport::InProcess(router), credential, timeout: Duration::from_secs(30) }
    }

    /// Hands a document over. The same request under the same key is carried out once, however often it is sent.
    pub async fn ingest(&self, document: &NewDocument, key: &str) -> Result<Handed, CommonUnavailable> {
        let request = json!({ "query": INGEST, "variables": { "input": document, "key": key } });
        let answer = self.send(&Bytes::from(request.to_string())).await?;
        let answer: Value = serde_json::from_slice(&answer).map_err(|error| format!("not JSON: {error}"))?;
        read(&answer)
    }

    /// Sends to the first replica that answers; each has the whole time. The key makes it harmless that several may get it.
    async fn send(&self, body: &Bytes) -> Result<Bytes, String> {
        let late = |_| Err("no answer in time".to_owned());
        match &self.transport {
            Transport::Http { client, urls } => {
                let one = |url| tokio::time::timeout(self.timeout, self.send_to(client, url, body.clone()));
                urls.ask(async |url| one(url).await.unwrap_or_else(late)).await
            }
            Transport::InProcess(router) => {
                let answer = self.send_inside(router.clone(), body.clone());
                tokio::time::timeout(self.timeout, answer).await.unwrap_or_else(late)
            }
        }
    }

    async fn send_to(&self, client: &reqwest::Client, url: &str, body: Bytes) -> Result<Bytes, String> {
        let request = client.post(url).header(header::CONTENT_TYPE, "application/json");
        let request =
            request.header("x-knlab-caller", "admin").header("x-knlab-credential", self.credential.expose());
        let response = request.body(body).send().await.map_err(|error| error.to_string())?;
        let mut stream = response.bytes_stream();
        let mut answer = Vec::new();
        while let Some(piece) = stream.next().await {
            answer.extend_from_slice(&piece.map_err(|error| error.to_string())?);
            if answer.len() > MAX_ANSWER {
                return Err("the answer is too large".to_owned());
            }
        }
        Ok(answer.into())
    }

    async fn send_inside(&self, router: Router, body: Bytes) -> Result<Bytes, String> {
        let request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
        let request =
            request.header("x-knlab-caller", "admin").header("x-knlab-credential", self.credential.expose());
        let request = request.body(Body::from(body)).map_err(|error| error.to_string())?;
        let response = router.oneshot(request).await.map_err(|error| error.to_string())?;
        axum::body::to_bytes(response.into_body(), MAX_ANSWER).await.map_err(|error| error.to_string())
    }
}

fn read(answer: &Value) -> Result<Handed, CommonUnavailable> {
    let payload = &answer["data"]["ingestDocument"];
    let text = |field: &str| payload[field].as_str().unwrap_or_default().to_owned();
    match payload["__typename"].as_str() {
        Some("IngestDocumentSuccess") => Ok(Handed::Taken { document_id: text("documentId") }),
        Some("IdempotencyConflict") => Ok(Handed::Conflict),
        Some("DocumentWasDeleted") => Ok(Handed::Deleted { document_id: text("documentId") }),
        Some("InvalidFields") => Ok(Handed::Invalid(problems(payload).unwrap_or_else(|| text("message")))),
        _ => {
            let error = &answer["errors"][0];
            let code = error["extensions"]["code"].as_str().unwrap_or("no code");
            Err(format!("{code}: {}", error["message"].as_str().unwrap_or("an answer without data")).into())
        }
    }
}

fn problems(payload: &Value) -> Option<String> {
    let problems = payload["problems"].as_array().filter(|problems| !problems.is_empty())?;
    let line = |problem: &Value| {
        format!(
            "{} {}",
            problem["field"].as_str().unwrap_or_default(),
            problem["message"].as_str().unwrap_or_default()
        )
    };
    Some(problems.iter().map(line).collect::<Vec<_>>().join("; "))
}
