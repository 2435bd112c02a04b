//! Calls to the engine: bounded in number and time, refused at once while it is known to be down.

use std::error::Error as _;
use std::fmt::Display;
use std::sync::{Arc, Weak};
use std::time::Duration;

use elasticsearch::auth::Credentials;
use elasticsearch::http::headers::{ACCEPT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue};
use elasticsearch::http::response::Response;
use elasticsearch::http::transport::{MultiNodeConnectionPool, Transport, TransportBuilder};
use elasticsearch::http::{Method, Url};
use serde_json::Value;
use tokio::sync::Semaphore;

use super::Connection;
use super::names::Names;
use crate::failfast::Failfast;
use crate::retry_budget::RetryBudget;
use crate::{Result, StoreError};

/// How many calls are under way at once; more wait, within their time.
const CALLS: usize = 64;
/// What an answer may have; a page of a hundred long documents has less.
const LONGEST_ANSWER: u64 = 256 * 1024 * 1024;
/// How often the engine is asked whether it is back, and how long it may take to say so.
const PROBE: Duration = Duration::from_millis(500);
const PROBE_LIMIT: Duration = Duration::from_secs(1);

/// What a call is for: how long it may take, and whether it is sent again when its connection breaks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Read,
    Write,
    /// Making, publishing and removing indexes.
    Manage,
}

pub(super) struct Call<'a> {
    pub purpose: Purpose,
    pub method: Method,
    pub path: &'a str,
    pub query: &'a [(&'a str, &'a str)],
    pub body: Option<String>,
}

/// What the engine answered, whether it did what was asked or not.
pub(super) struct Answer {
    pub status: u16,
    pub body: Value,
}

#[derive(Clone)]
pub(super) struct Client(Arc<Inner>);

struct Inner {
    transport: Transport,
    failfast: Failfast,
    calls: Semaphore,
    retries: RetryBudget,
    probe: String,
}

impl Purpose {
    fn limit(self) -> Duration {
        match self {
            Self::Read => Duration::from_secs(3),
            Self::Write => Duration::from_secs(10),
            Self::Manage => Duration::from_secs(30),
        }
    }
}

impl Client {
    pub(super) fn new(connection: &Connection, names: &Names) -> Result<Self> {
        let urls = connection.urls.iter().map(|url| address(url)).collect::<Result<Vec<_>>>()?;
        if urls.is_empty() {
            return Err(StoreError::InvalidName("search: no url of the engine is given".to_owned()));
        }
        let pool = MultiNodeConnectionPool::round_robin(urls, None);
        let mut builder = TransportBuilder::new(pool).disable_proxy().enable_meta_header(false);
        if let Some(user) = &connection.user {
            let password = connection.password.clone().unwrap_or_default();
            builder = builder.auth(Credentials::Basic(user.clone(), password));
        }
        let transport =
            builder.build().map_err(|error| StoreError::Internal(format!("search client: {error}")))?;
        let probe = format!("/{}/_search", names.aliases(&[]));
        let (failfast, retries) = (Failfast::default(), RetryBudget::default());
        let calls = Semaphore::new(CALLS);
        Ok(Self(Arc::new(Inner { transport, failfast, calls, retries, probe })))
    }

    /// Sends a call for `store`. `Unavailable` if the engine does not answer, is overloaded, or does not let us in; what else
    /// it answers is the caller's to judge.
    pub(super) async fn send(&self, store: &str, call: Call<'_>) -> Result<Answer> {
        if let Some(because) = self.0.failfast.down_because() {
            return Err(unavailable(store, &format!("known to be down: {because}")));
        }
        let limit = call.purpose.limit();
        let answered = tokio::time::timeout(limit, self.0.attempts(&call)).await;
        let answered = answered.unwrap_or_else(|_| Err(format!("no answer within {} s", limit.as_secs())));
        match answered {
            Ok(answer) => checked(store, answer),
            Err(because) => {
                self.went_down(&because);
                Err(unavailable(store, &because))
            }
        }
    }

    /// Sends a read and returns the body of its answer.
    pub(super) async fn search(
        &self,
        store: &str,
        path: &str,
        preference: &str,
        body: &Value,
    ) -> Result<Value> {
        // Half an answer is none: a shard that fails fails the search.
        let query = [("allow_partial_search_results", "false"), ("preference", preference)];
        let query = if preference.is_empty() { &query[..1] } else { &query };
        let (purpose, body) = (Purpose::Read, Some(body.to_string()));
        self.send(store, Call { purpose, method: Method::Post, path, query, body }).await?.done(store)
    }

    fn went_down(&self, because: &str) {
        if self.0.failfast.is_down(because) {
            tracing::warn!(because, "the search engine is down");
            tokio::spawn(probe(Arc::downgrade(&self.0)));
        }
    }
}

impl Inner {
    /// Once, and reads a second time when the connection breaks: an engine that was restarted has closed it.
    async fn attempts(&self, call: &Call<'_>) -> std::result::Result<Answer, String> {
        let _call = self.calls.acquire().await.map_err(|error| error.to_string())?;
        let is_read = call.purpose == Purpose::Read;
        if is_read {
            self.retries.earn();
        }
        match self.attempt(call, call.purpose.limit()).await {
            Err(_) if is_read && self.retries.spend() => self.attempt(call, call.purpose.limit()).await,
            answered => answered,
        }
    }

    async fn attempt(&self, call: &Call<'_>, limit: Duration) -> std::result::Result<Answer, String> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if call.path.ends_with("/_bulk") {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
        }
        let (method, body) = (call.method, call.body.as_deref());
        let sent = self.transport.send(method, call.path, headers, Some(call.query), body, Some(limit)).await;
        read(sent.map_err(|error| told(&error))?).await
    }
}

/// Asks until the engine answers, and then lets calls through again.
async fn probe(inner: Weak<Inner>) {
    while let Some(inner) = inner.upgrade() {
        let query = [("size", "0"), ("allow_partial_search_results", "false"), ("terminate_after", "1")];
        let call = Call {
            purpose: Purpose::Read,
            method: Method::Get,
            path: &inner.probe,
            query: &query,
            body: None,
        };
        let answered = tokio::time::timeout(PROBE_LIMIT, inner.attempt(&call, PROBE_LIMIT)).await;
        if matches!(answered, Ok(Ok(answer)) if answer.status < 500 && answer.status != 429) {
            inner.failfast.is_up();
            tracing::info!("the search engine is back");
            return;
        }
        drop(inner);
        tokio::time::sleep(PROBE).await;
    }
}

async fn read(response: Response) -> std::result::Result<Answer, String> {
    let status = response.status_code().as_u16();
    if response.content_length().is_some_and(|length| length > LONGEST_ANSWER) {
        return Err(format!("an answer longer than {LONGEST_ANSWER} bytes"));
    }
    let bytes = response.bytes().await.map_err(|error| told(&error))?;
    match serde_json::from_slice(&bytes) {
        Ok(body) => Ok(Answer { status, body }),
        // Proxies answer errors with pages of their own, and some calls answer nothing.
        Err(_) if status >= 300 || bytes.is_empty() => Ok(Answer { status, body: Value::Null }),
        Err(error) => Err(format!("an answer that is no JSON: {error}")),
    }
}

fn checked(store: &str, answer: Answer) -> Result<Answer> {
    match answer.status {
        401 | 403 => {
            let detail = "the engine refuses the user: check the user, the password and the user's role for this index";
            Err(unavailable(store, &format!("{detail} ({})", answer.reason())))
        }
        429 | 502..=504 => Err(unavailable(store, &answer.reason())),
        _ => Ok(answer),
    }
}

impl Answer {
    pub(super) fn is_done(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The engine's name for what went wrong.
    pub(super) fn kind(&self) -> &str {
        self.body["error"]["type"].as_str().unwrap_or_default()
    }

    /// What went wrong, for the log.
    pub(super) fn reason(&self) -> String {
        let reason = self.body["error"]["reason"].as_str().unwrap_or_default();
        let cause = self.body["error"]["root_cause"][0]["reason"].as_str().filter(|cause| *cause != reason);
        format!("status {} {} {reason} {}", self.status, self.kind(), cause.unwrap_or_default())
    }

    /// The body of a call that was done; an index that is not there yet is `Unavailable`.
    pub(super) fn done(self, store: &str) -> Result<Value> {
        match self.is_done() {
            true => Ok(self.body),
            false if self.kind() == "index_not_found_exception" => {
                Err(unavailable(store, &"there is no index yet; the writer makes it"))
            }
            false if self.status >= 500 => Err(unavailable(store, &self.reason())),
            false => Err(StoreError::Internal(format!("index {store}: {}", self.reason()))),
        }
    }
}

pub(super) fn unavailable(store: &str, detail: &dyn Display) -> StoreError {
    StoreError::Unavailable { store: store.to_owned(), detail: detail.to_string() }
}

fn address(url: &str) -> Result<Url> {
    let refused = |why: &str| {
        StoreError::InvalidName(format!("search url: {why}; write for example http://search.internal:9200"))
    };
    let url = Url::parse(url).map_err(|error| refused(&error.to_string()))?;
    match url.scheme() {
        "http" | "https" if url.username().is_empty() && url.password().is_none() => Ok(url),
        "http" | "https" => Err(refused("the user and the password have settings of their own")),
        _ => Err(refused("it must begin with http:// or https://")),
    }
}

/// An error with what caused it: the outermost one says only that a request failed.
fn told(error: &elasticsearch::Error) -> String {
    let mut cause = error.source();
    let mut text = error.to_string();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
