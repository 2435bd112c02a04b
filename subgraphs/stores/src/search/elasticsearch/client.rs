//! Calls to the engine: bounded in number and time, refused at once while an index that they are about is known to be down.

use std::error::Error as _;
use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use elasticsearch::auth::Credentials;
use elasticsearch::http::headers::{ACCEPT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue};
use elasticsearch::http::response::Response;
use elasticsearch::http::transport::{MultiNodeConnectionPool, Transport, TransportBuilder};
use elasticsearch::http::{Method, Url};
use serde_json::Value;

use super::Connection;
use super::names::{Names, store_name};
use super::standing::{Standings, found_dead, suspect};
use crate::retry_budget::RetryBudget;
use crate::search::Collection;
use crate::{Result, StoreError};

/// What an answer may have; a page of a hundred long documents has less.
const LONGEST_ANSWER: u64 = 256 * 1024 * 1024;

/// What a call is for: how long it may take, and whether it is sent again when its connection breaks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Read,
    Write,
    /// Making, publishing and removing indexes.
    Manage,
}

pub(super) struct Call<'a> {
    /// The indexes that it touches; none means all.
    pub about: &'a [Collection],
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

pub(super) struct Inner {
    pub standings: Standings,
    transport: Transport,
    retries: RetryBudget,
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
        let (standings, retries) = (Standings::new(names), RetryBudget::default());
        Ok(Self(Arc::new(Inner { standings, transport, retries })))
    }

    /// Sends a call. `Unavailable` if the engine does not answer, is overloaded, or does not let us in; what else it answers is
    /// the caller's to judge.
    pub(super) async fn send(&self, call: Call<'_>) -> Result<Answer> {
        self.0.standings.admit(call.about)?;
        let (store, limit) = (store_name(call.about), call.purpose.limit());
        let answered = tokio::select! {
            answered = self.0.attempts(&call) => answered,
            down = found_dead(&self.0, call.about) => return Err(down),
            () = tokio::time::sleep(limit) => Err(format!("no answer within {} s", limit.as_secs())),
        };
        match answered {
            Ok(answer) => checked(store, answer),
            Err(because) => {
                suspect(&self.0, call.about, &because);
                Err(unavailable(store, &because))
            }
        }
    }

    /// Sends a read and returns the body of its answer.
    pub(super) async fn search(
        &self,
        about: &[Collection],
        path: &str,
        preference: &str,
        body: &Value,
    ) -> Result<Value> {
        // Half an answer is none: a shard that fails fails the search.
        let query = [("allow_partial_search_results", "false"), ("preference", preference)];
        let query = if preference.is_empty() { &query[..1] } else { &query };
        let (purpose, body) = (Purpose::Read, Some(body.to_string()));
        let call = Call { about, purpose, method: Method::Post, path, query, body };
        self.send(call).await?.done(store_name(about))
    }
}

impl Inner {
    /// Once, and reads a second time when the connection breaks: an engine that was restarted has closed it.
    async fn attempts(&self, call: &Call<'_>) -> std::result::Result<Answer, String> {
        let _places = self.standings.places(call.about).await;
        let is_read = call.purpose == Purpose::Read;
        if is_read {
            self.retries.earn();
        }
        match self.attempt(call, call.purpose.limit()).await {
            Err(_) if is_read && self.retries.spend() => self.attempt(call, call.purpose.limit()).await,
            answered => answered,
        }
    }

    pub(super) async fn attempt(
        &self,
        call: &Call<'_>,
        limit: Duration,
    ) -> std::result::Result<Answer, String> {
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
