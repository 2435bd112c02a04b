//! The public keys that tokens are checked with: handed over in memory, or fetched from the auth server and kept.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use arc_swap::ArcSwapOption;
use futures::StreamExt as _;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::replica_urls::ReplicaUrls;

const REFRESH_EVERY: Duration = Duration::from_secs(300);
/// An unknown key id leads to a fetch at most this often, whoever sends such tokens.
const REFETCH_GAP: Duration = Duration::from_secs(30);
const GAP_WITHOUT_KEYS: Duration = Duration::from_secs(1);
const FETCH_TIMEOUT: Duration = Duration::from_secs(3);
const MOST_BYTES: usize = 256 * 1024;

/// A key set in memory that one server publishes and others in the same process read. Clones share it.
#[derive(Clone, Default)]
pub struct SharedKeys(Arc<ArcSwapOption<JwkSet>>);

impl SharedKeys {
    /// Replaces the whole set.
    pub fn publish(&self, keys: JwkSet) {
        self.0.store(Some(Arc::new(keys)));
    }

    /// The set published last.
    pub fn current(&self) -> Option<Arc<JwkSet>> {
        self.0.load_full()
    }
}

impl fmt::Debug for SharedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedKeys")
    }
}

/// Where keys come from.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// Fetched from the auth server and kept.
    Url(ReplicaUrls),
    /// Handed over in memory.
    Shared(SharedKeys),
}

/// Finds the key for a key id.
pub struct Keys {
    source: KeySource,
    fetched: SharedKeys,
    last_try: Mutex<Option<i64>>,
    clock: Clock,
    client: reqwest::Client,
}

impl Keys {
    /// Keys from `source`; nothing is fetched yet.
    pub fn new(source: KeySource, clock: Clock) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(FETCH_TIMEOUT)
            .build()
            .context("the HTTP client for the key set")?;
        Ok(Self { source, fetched: SharedKeys::default(), last_try: Mutex::new(None), clock, client })
    }

    /// Whether any key set is known.
    pub fn known(&self) -> bool {
        self.current().is_some()
    }

    /// The key of that id; fetches once more if it is unknown and the last fetch is long enough ago.
    pub async fn find(&self, kid: &str) -> Option<Jwk> {
        if let Some(key) = self.look_up(kid) {
            return Some(key);
        }
        if let KeySource::Url(url) = &self.source {
            self.refetch(url, kid).await;
        }
        self.look_up(kid)
    }

    /// Keeps the key set fresh; ends never. With auth down the old set stays in use.
    pub async fn keep_fresh(&self) {
        let KeySource::Url(url) = &self.source else { return };
        loop {
            let pause = match self.fetch(url).await {
                Ok(()) => REFRESH_EVERY,
                Err(error) => {
                    tracing::warn!(error = %format!("{error:#}"), known = self.known(), "no fresh key set from auth");
                    if self.known() { REFETCH_GAP } else { GAP_WITHOUT_KEYS }
                }
            };
            tokio::time::sleep(pause).await;
        }
    }

    fn current(&self) -> Option<Arc<JwkSet>> {
        match &self.source {
            KeySource::Url(_) => self.fetched.current(),
            KeySource::Shared(shared) => shared.current(),
        }
    }

    fn look_up(&self, kid: &str) -> Option<Jwk> {
        self.current()?.find(kid).cloned()
    }

    /// The lock is held over the fetch, so that many requests with one new key lead to one fetch.
    async fn refetch(&self, url: &ReplicaUrls, kid: &str) {
        let mut last_try = self.last_try.lock().await;
        let gap = if self.known() { REFETCH_GAP } else { GAP_WITHOUT_KEYS };
        let now = self.clock.now();
        let too_soon = |at: i64| u128::try_from(now - at).is_ok_and(|passed| passed < gap.as_micros());
        if self.look_up(kid).is_some() || last_try.is_some_and(too_soon) {
            return;
        }
        *last_try = Some(now);
        if let Err(error) = self.fetch(url).await {
            tracing::warn!(error = %format!("{error:#}"), "no key set from auth");
        }
    }

    async fn fetch(&self, urls: &ReplicaUrls) -> anyhow::Result<()> {
        urls.ask(|url| self.fetch_from(url)).await
    }

    async fn fetch_from(&self, url: &str) -> anyhow::Result<()> {
        let response = self.client.get(url).send().await?.error_for_status()?;
        ensure!(response.status().is_success(), "answered with {}", response.status());
        let mut body = Vec::new();
        let mut chunks = response.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            body.extend_from_slice(&chunk?);
            ensure!(body.len() <= MOST_BYTES, "the key set is larger than {MOST_BYTES} bytes");
        }
        let keys: JwkSet = serde_json::from_slice(&body).context("not a key set")?;
        ensure!(!keys.keys.is_empty(), "the key set is empty");
        self.fetched.publish(keys);
        Ok(())
    }
}
