//! The keys in use: loaded from the database, rotated by the schedule, published to whoever checks tokens.

use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use arc_swap::ArcSwapOption;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey};
use service::{Clock, SharedKeys};
use tokio::sync::Mutex;

use super::rotation::{Schedule, Wish, step};
use super::seal::Seal;
use crate::store::{KeyState, SigningKeyRow, Store};

/// How long a loaded list is believed, in microseconds; other replicas may have rotated meanwhile.
const BELIEVED_FOR: i64 = 30 * 1_000_000;

/// The key that signs at the moment.
pub struct ActiveKey {
    /// Its id.
    pub kid: String,
    /// Its private part.
    pub key: EncodingKey,
}

struct Loaded {
    at: i64,
    active: Arc<ActiveKey>,
}

/// The keys in use.
pub struct KeyRing {
    store: Store,
    clock: Clock,
    seal: Arc<Seal>,
    schedule: Schedule,
    published: SharedKeys,
    loaded: ArcSwapOption<Loaded>,
    one_at_a_time: Mutex<()>,
}

impl KeyRing {
    /// A ring over the stored keys; `published` always holds the current public ones.
    pub fn new(
        store: Store,
        clock: Clock,
        seal: Arc<Seal>,
        schedule: Schedule,
        published: SharedKeys,
    ) -> Self {
        let (loaded, one_at_a_time) = (ArcSwapOption::empty(), Mutex::new(()));
        Self { store, clock, seal, schedule, published, loaded, one_at_a_time }
    }

    /// The key to sign with.
    pub async fn active(&self) -> anyhow::Result<Arc<ActiveKey>> {
        Ok(Arc::clone(&self.fresh().await?.active))
    }

    /// The public keys.
    pub async fn public(&self) -> anyhow::Result<Arc<JwkSet>> {
        self.fresh().await?;
        self.published.current().ok_or_else(|| anyhow!("no keys were published"))
    }

    /// All keys as stored, oldest first.
    pub async fn list(&self) -> anyhow::Result<Vec<SigningKeyRow>> {
        Ok(self.store.signing_keys().await?)
    }

    /// Brings a new key in: ahead of its use, or at once in the place of all others.
    pub async fn rotate(&self, revoke_all: bool) -> anyhow::Result<()> {
        let _one = self.one_at_a_time.lock().await;
        self.load(if revoke_all { Wish::Revoke } else { Wish::Rotate }).await.map(drop)
    }

    async fn fresh(&self) -> anyhow::Result<Arc<Loaded>> {
        if let Some(loaded) = self.believed() {
            return Ok(loaded);
        }
        let _one = self.one_at_a_time.lock().await;
        match self.believed() {
            Some(loaded) => Ok(loaded),
            None => self.load(Wish::Scheduled).await,
        }
    }

    fn believed(&self) -> Option<Arc<Loaded>> {
        let age = |loaded: &Arc<Loaded>| self.clock.now() - loaded.at;
        self.loaded.load_full().filter(|loaded| (0..BELIEVED_FOR).contains(&age(loaded)))
    }

    /// Another server may rotate between our reading and writing; then we look again.
    async fn load(&self, wish: Wish) -> anyhow::Result<Arc<Loaded>> {
        for _ in 0..5 {
            let now = self.clock.now();
            let before = self.store.signing_keys().await?;
            let after = step(&before, wish, &self.schedule, now, |state| self.make(state, now))?;
            if after == before || self.store.replace_signing_keys(&before, &after).await? {
                report(&before, &after);
                return self.take_over(&after, now);
            }
        }
        Err(anyhow!("the signing keys kept changing"))
    }

    fn take_over(&self, keys: &[SigningKeyRow], now: i64) -> anyhow::Result<Arc<Loaded>> {
        let active =
            keys.iter().find(|key| key.state == KeyState::Active).context("no active signing key")?;
        let private = self.seal.open(&active.kid, &active.private_key)?;
        let key = EncodingKey::from_ed_der(&private);
        let public: anyhow::Result<Vec<Jwk>> =
            keys.iter().map(|key| jwk(&key.kid, &key.public_key)).collect();
        self.published.publish(JwkSet { keys: public? });
        let loaded =
            Arc::new(Loaded { at: now, active: Arc::new(ActiveKey { kid: active.kid.clone(), key }) });
        self.loaded.store(Some(Arc::clone(&loaded)));
        Ok(loaded)
    }

    fn make(&self, state: KeyState, now: i64) -> anyhow::Result<SigningKeyRow> {
        let document =
            Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new()).map_err(|_| anyhow!("no key pair"))?;
        let pair =
            Ed25519KeyPair::from_pkcs8(document.as_ref()).map_err(|error| anyhow!("key pair: {error}"))?;
        let public_key = pair.public_key().as_ref().to_vec();
        let kid = thumbprint(&public_key)?;
        Ok(SigningKeyRow {
            private_key: self.seal.close(&kid, document.as_ref())?,
            kid,
            state,
            public_key,
            created_at: now,
            activated_at: (state == KeyState::Active).then_some(now),
            retired_at: None,
        })
    }
}

fn report(before: &[SigningKeyRow], after: &[SigningKeyRow]) {
    for key in after.iter().filter(|key| !before.contains(key)) {
        tracing::info!(target: "audit", kid = key.kid, state = key.state.name(), "signing key changed");
    }
}

fn thumbprint(public_key: &[u8]) -> anyhow::Result<String> {
    Ok(jwk("", public_key)?.thumbprint(ThumbprintHash::SHA256)?)
}

fn jwk(kid: &str, public_key: &[u8]) -> anyhow::Result<Jwk> {
    let key = jsonwebtoken::DecodingKey::from_ed_der(public_key);
    let mut jwk = Jwk::from_decoding_key(&key, Some(Algorithm::EdDSA))?;
    jwk.common.key_id = Some(kid.to_string());
    jwk.common.public_key_use = Some(PublicKeyUse::Signature);
    Ok(jwk)
}
