//! Private keys at rest: sealed with AES-256-GCM. The sealing key comes from a secret in the settings, or from a file of its
//! own next to the database, which only its owner may read.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::{Context as _, anyhow, ensure};
use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::{hmac, rand};
use service::Secret;
use sha2::{Digest as _, Sha256};

const NONCE: usize = 12;

/// Seals and opens private keys, and derives secrets that need not be kept.
pub struct Seal {
    sealing: RandomizedNonceKey,
    deriving: hmac::Key,
}

impl Seal {
    /// The sealing key out of a secret of the settings; all replicas of the server need the same.
    pub fn from_secret(secret: &Secret) -> anyhow::Result<Self> {
        ensure!(
            secret.expose().len() >= 32,
            "the secret that seals signing keys needs at least 32 characters"
        );
        Self::from_bytes(&Sha256::digest(secret.expose().as_bytes()))
    }

    /// The sealing key in a file that is made on the first start, with mode 0600.
    pub fn from_file(path: &Path) -> anyhow::Result<Self> {
        let what = || format!("the key file {}", path.display());
        if !path.exists() {
            let mut bytes = [0; 32];
            rand::fill(&mut bytes).map_err(|_| anyhow!("no random bytes"))?;
            let options = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
            let mut file = options.with_context(what)?;
            file.write_all(hex::encode(bytes).as_bytes())
                .and_then(|()| file.sync_all())
                .with_context(what)?;
        }
        let text = std::fs::read_to_string(path).with_context(what)?;
        let bytes = hex::decode(text.trim()).with_context(what)?;
        Self::from_bytes(&bytes).with_context(what)
    }

    fn from_bytes(bytes: &[u8]) -> anyhow::Result<Self> {
        let sealing = RandomizedNonceKey::new(&AES_256_GCM, bytes);
        let sealing = sealing.map_err(|_| anyhow!("a sealing key has 32 bytes"))?;
        // Two uses, two keys.
        let deriving = Sha256::new().chain_update("knlab derived secrets").chain_update(bytes).finalize();
        Ok(Self { sealing, deriving: hmac::Key::new(hmac::HMAC_SHA256, &deriving) })
    }

    /// 32 bytes that nobody can tell without the sealing key, and that are always the same for the same name.
    pub fn derive(&self, name: &str) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(hmac::sign(&self.deriving, name.as_bytes()).as_ref());
        bytes
    }

    /// Seals a private key; `kid` is bound to it.
    pub fn close(&self, kid: &str, private_key: &[u8]) -> anyhow::Result<Vec<u8>> {
        let mut sealed = private_key.to_vec();
        let nonce = self
            .sealing
            .seal_in_place_append_tag(Aad::from(kid.as_bytes()), &mut sealed)
            .map_err(|_| anyhow!("a signing key cannot be sealed"))?;
        Ok([nonce.as_ref().as_slice(), &sealed].concat())
    }

    /// Opens a sealed private key.
    pub fn open(&self, kid: &str, sealed: &[u8]) -> anyhow::Result<Vec<u8>> {
        let wrong =
            || anyhow!("the stored signing key {kid} cannot be opened with this server's sealing key");
        ensure!(sealed.len() > NONCE, wrong());
        let (nonce, rest) = sealed.split_at(NONCE);
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| wrong())?;
        let mut opened = rest.to_vec();
        let plain =
            self.sealing.open_in_place(nonce, Aad::from(kid.as_bytes()), &mut opened).map_err(|_| wrong())?;
        Ok(plain.to_vec())
    }
}
