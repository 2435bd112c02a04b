//! One request to a site: no redirect is followed by itself, the address and the kind are checked before a body is read, and
//! no more of it is read than allowed.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt as _;
use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER};
use url::Url;

use super::address::{self, PublicOnly, Refusal};
use super::media::{self, Kind};
use super::robots::{self, Rules};

/// A site that asks to wait longer than this is asked again earlier.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(300);

/// How many redirects a robots.txt may take (RFC 9309, 2.3.1.2).
const ROBOTS_REDIRECTS: usize = 5;

/// What a site answered.
#[derive(Debug)]
pub enum Answer {
    /// A content of a kind that is for us.
    Content(Content),
    /// It is at another URL.
    Redirect {
        /// The status.
        status: u16,
        /// The `Location`, as it came.
        location: String,
    },
    /// An error.
    Status {
        /// The status.
        status: u16,
        /// When to ask again.
        retry_after: Option<Duration>,
    },
    /// It is of a kind that is not for us.
    OtherKind {
        /// The status.
        status: u16,
        /// What it says it is.
        content_type: String,
    },
    /// It is larger than allowed.
    TooLarge {
        /// The status.
        status: u16,
    },
}

/// A content.
#[derive(Debug)]
pub struct Content {
    /// The status.
    pub status: u16,
    /// The kind that its header announces.
    pub kind: Kind,
    /// The header itself.
    pub content_type: String,
    /// The body.
    pub body: Bytes,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The URL must not be fetched.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The site does not answer.
    #[error("{0}")]
    Unreachable(&'static str),
}

/// The two ways to reach sites, made once: making an HTTP client takes long enough to lose a lease. Cheap to clone.
#[derive(Clone)]
pub struct Sites {
    public_only: reqwest::Client,
    anywhere: reqwest::Client,
}

impl Sites {
    /// Sites that may take `timeout` for one answer.
    pub fn new(timeout: Duration) -> anyhow::Result<Self> {
        let client = || {
            reqwest::Client::builder()
                .user_agent(robots::USER_AGENT)
                .redirect(reqwest::redirect::Policy::none())
                .no_proxy()
                .referer(false)
                .connect_timeout(timeout.min(Duration::from_secs(10)))
                .timeout(timeout)
        };
        Ok(Self {
            public_only: client().dns_resolver(Arc::new(PublicOnly)).build()?,
            anywhere: client().build()?,
        })
    }

    /// A fetcher that may reach private hosts, or not.
    pub(super) fn fetcher(&self, allow_private: bool) -> Fetcher {
        let client = if allow_private { &self.anywhere } else { &self.public_only };
        Fetcher { client: client.clone(), allow_private }
    }
}

/// Fetches for one run.
#[derive(Clone)]
pub(super) struct Fetcher {
    client: reqwest::Client,
    allow_private: bool,
}

impl Fetcher {
    /// Fetches a URL.
    pub async fn fetch(&self, url: &Url, max_bytes: u64) -> Result<Answer, FetchError> {
        let response = self.send(url).await?;
        let status = response.status().as_u16();
        if response.status().is_redirection() {
            return Ok(redirect(status, response.headers()));
        }
        if !response.status().is_success() {
            return Ok(Answer::Status { status, retry_after: retry_after(response.headers()) });
        }
        let content_type = header(response.headers(), CONTENT_TYPE.as_str());
        let Some(kind) = media::announced(&content_type, url) else {
            return Ok(Answer::OtherKind { status, content_type });
        };
        match read_body(response, max_bytes).await? {
            None => Ok(Answer::TooLarge { status }),
            Some(body) if media::confirmed(kind, &body) => {
                Ok(Answer::Content(Content { status, kind, content_type, body }))
            }
            Some(_) => Ok(Answer::OtherKind { status, content_type }),
        }
    }

    /// The rules of the site's robots.txt; `None` when they cannot be had now, which means that nothing may be fetched.
    pub async fn rules(&self, site: &Url) -> Result<Option<Rules>, FetchError> {
        let Some(mut at) = robots::location(site) else { return Ok(Some(Rules::none())) };
        for _ in 0..=ROBOTS_REDIRECTS {
            let response = self.send(&at).await?;
            let status = response.status();
            if status.is_redirection() {
                match at.join(&header(response.headers(), LOCATION.as_str())) {
                    Ok(next) if next != at && self.may_go_to(site, &next) => at = next,
                    _ => return Ok(Some(Rules::none())),
                }
                continue;
            }
            if status.is_success() {
                let text = read_start(response, robots::MAX_BYTES).await?;
                return Ok(Some(Rules::new(&text)));
            }
            return Ok(if status.is_client_error() && status.as_u16() != 429 {
                Some(Rules::none())
            } else {
                None
            });
        }
        Ok(Some(Rules::none()))
    }

    /// A source that allows private hosts allows its own, not every host that its site may redirect to.
    fn may_go_to(&self, site: &Url, next: &Url) -> bool {
        let place = |url: &Url| (url.host_str().map(str::to_owned), url.port_or_known_default());
        !self.allow_private || place(site) == place(next)
    }

    async fn send(&self, url: &Url) -> Result<reqwest::Response, FetchError> {
        address::check(url, self.allow_private)?;
        self.client.get(url.clone()).send().await.map_err(|error| describe(&error))
    }
}

fn header(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default()
}

/// A redirect without a place to go is an error.
fn redirect(status: u16, headers: &HeaderMap) -> Answer {
    let location = header(headers, LOCATION.as_str());
    if location.is_empty() {
        Answer::Status { status, retry_after: None }
    } else {
        Answer::Redirect { status, location }
    }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = header(headers, RETRY_AFTER.as_str()).trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(MAX_RETRY_AFTER))
}

/// The whole body, or `None` when it is larger than allowed.
async fn read_body(response: reqwest::Response, max_bytes: u64) -> Result<Option<Bytes>, FetchError> {
    if response.content_length().is_some_and(|length| length > max_bytes) {
        return Ok(None);
    }
    let body = read_start(response, max_bytes.saturating_add(1)).await?;
    Ok((body.len() as u64 <= max_bytes).then(|| body.into()))
}

/// At most the first `most` bytes of a body.
async fn read_start(response: reqwest::Response, most: u64) -> Result<Vec<u8>, FetchError> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let mut stream = response.bytes_stream();
    let mut body = Vec::new();
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|error| describe(&error))?;
        let missing = most.saturating_sub(body.len());
        body.extend_from_slice(&piece[..piece.len().min(missing)]);
        if body.len() >= most {
            break;
        }
    }
    Ok(body)
}

/// In words that name no addresses: operators see them.
fn describe(error: &reqwest::Error) -> FetchError {
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    while let Some(error) = cause {
        if let Some(refusal) = error.downcast_ref::<Refusal>() {
            return FetchError::Refused(*refusal);
        }
        cause = error.source();
    }
    tracing::debug!(%error, "a site did not answer");
    FetchError::Unreachable(match error {
        error if error.is_timeout() => "the site did not answer in time",
        error if error.is_connect() => "no connection to the site",
        _ => "the site broke off its answer",
    })
}
