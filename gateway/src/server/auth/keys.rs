//! The issuer's key set: fetched at start and then regularly, once more when a token names an unknown key, and kept when
//! the issuer is down.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use http::StatusCode;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, PublicKeyUse};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use crate::config::{JwtSettings, SigningAlgorithm};

use super::super::refusal::Refusal;
use super::super::upstream::Upstream;
use super::refused;

/// The largest key set that is read.
const MOST_BYTES: usize = 1 << 20;
/// How long one fetch may take.
const FETCH_TIME: Duration = Duration::from_secs(5);
/// How often unknown keys may cause a fetch.
const UNKNOWN_KEY_PAUSE: Duration = Duration::from_secs(30);
/// How often a missing key set is asked for.
const MISSING_SET_PAUSE: Duration = Duration::from_secs(1);

type KeySet = HashMap<String, (SigningAlgorithm, Arc<DecodingKey>)>;

/// The key set and where it is from.
pub(super) struct Keys {
    /// The issuer's replicas.
    urls: Vec<String>,
    /// The one that answered last.
    good: AtomicUsize,
    every: Duration,
    upstream: Upstream,
    current: ArcSwapOption<KeySet>,
    /// Held while fetching for a token, so that it happens once.
    asked: Mutex<Asked>,
}

/// When a token last caused a fetch.
#[derive(Default)]
struct Asked {
    /// Because its key was unknown.
    unknown: Option<Instant>,
    /// Because there was no set at all.
    missing: Option<Instant>,
}

impl Keys {
    pub fn new(settings: &JwtSettings, upstream: Upstream) -> Keys {
        Keys {
            urls: settings.jwks_urls.clone(),
            good: AtomicUsize::new(0),
            every: settings.refresh,
            upstream,
            current: ArcSwapOption::empty(),
            asked: Mutex::default(),
        }
    }

    /// The key of that name, if it is one for that algorithm.
    pub async fn find(&self, key_id: &str, algorithm: SigningAlgorithm) -> Result<Arc<DecodingKey>, Refusal> {
        if !self.current.load().as_ref().is_some_and(|set| set.contains_key(key_id)) {
            self.ask_again(key_id).await;
        }
        let current = self.current.load();
        let Some(set) = current.as_ref() else {
            let message = "tokens cannot be verified at the moment; try again";
            return Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "TOKEN_KEYS_UNAVAILABLE", message));
        };
        match set.get(key_id) {
            Some((its, key)) if *its == algorithm => Ok(key.clone()),
            Some(_) => {
                Err(refused("TOKEN_SIGNATURE_INVALID", "the token's algorithm does not belong to its key"))
            }
            None => Err(refused("TOKEN_KEY_UNKNOWN", "the token is signed with an unknown key")),
        }
    }

    /// Fetches the set for a token with an unknown key, at most once in a while, for anybody can invent key names.
    async fn ask_again(&self, key_id: &str) {
        let mut asked = self.asked.lock().await;
        let current = self.current.load();
        let (last, pause) = match current.as_ref() {
            Some(set) if set.contains_key(key_id) => return,
            Some(_) => (&mut asked.unknown, UNKNOWN_KEY_PAUSE),
            None => (&mut asked.missing, MISSING_SET_PAUSE),
        };
        if last.is_none_or(|last| last.elapsed() >= pause) {
            self.fetch().await;
            *last = Some(Instant::now());
        }
    }

    /// Keeps the set fresh; asks more often while there is none.
    pub async fn refresh(&self, shutdown: CancellationToken) {
        loop {
            let pause = if self.fetch().await { self.every } else { self.every.min(Duration::from_secs(5)) };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = shutdown.cancelled() => return,
            }
        }
    }

    /// Fetches the set from the first replica that has one; the old one stays when none has.
    async fn fetch(&self) -> bool {
        let first = self.good.load(Ordering::Relaxed);
        for place in (0..self.urls.len()).map(|step| (first + step) % self.urls.len()) {
            let url = &self.urls[place];
            match self.fetch_from(url).await {
                Ok(set) => {
                    self.good.store(place, Ordering::Relaxed);
                    self.current.store(Some(Arc::new(set.keys.iter().filter_map(usable).collect())));
                    return true;
                }
                Err(reason) => {
                    tracing::warn!(url, reason, "cannot fetch the key set; the last one stays in use");
                }
            }
        }
        false
    }

    async fn fetch_from(&self, url: &str) -> Result<JwkSet, String> {
        let body = self.upstream.get(url, MOST_BYTES, FETCH_TIME).await?;
        serde_json::from_slice(&body).map_err(|error| format!("it is not a key set: {error}"))
    }
}

/// A key that can verify signatures of an algorithm we know.
fn usable(jwk: &Jwk) -> Option<(String, (SigningAlgorithm, Arc<DecodingKey>))> {
    let algorithm = match &jwk.algorithm {
        AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
            SigningAlgorithm::EdDsa
        }
        AlgorithmParameters::RSA(_) => SigningAlgorithm::Rs256,
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => {
            SigningAlgorithm::Es256
        }
        _ => return None,
    };
    if jwk.common.public_key_use.as_ref().is_some_and(|purpose| *purpose != PublicKeyUse::Signature) {
        return None;
    }
    let key = DecodingKey::from_jwk(jwk).ok()?;
    Some((jwk.common.key_id.clone()?, (algorithm, Arc::new(key))))
}
