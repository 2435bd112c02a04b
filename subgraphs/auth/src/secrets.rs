//! Secrets made here, with a prefix that tells what they are; stored only as a fingerprint. They are random; under an idempotency
//! key they are derived from it and the server's own key, so that a repeat gets the same one though it is not kept.

use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use service::error::{Result, internal};
use sha2::{Digest as _, Sha256};

use crate::signing::Seal;

/// The prefix of refresh tokens.
pub const REFRESH_TOKEN: &str = "knr_";
/// The prefix of personal API keys.
pub const API_KEY: &str = "knk_";
/// The prefix of service clients' secrets.
pub const CLIENT_SECRET: &str = "kns_";

/// A secret of 256 bits: random, or that of the row of this id that is created under a key.
pub fn new_secret(prefix: &str, seal: &Seal, id: &str, key: Option<&str>) -> Result<String> {
    let bytes = match key {
        Some(key) => seal.derive(&derived_name(prefix, id, key)),
        None => random_bytes()?,
    };
    Ok(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)))
}

/// A secret of 256 random bits.
pub fn random_secret(prefix: &str) -> Result<String> {
    Ok(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random_bytes::<32>()?)))
}

/// A password for a person to type once: random, or that of the account of this id that is created under a key.
pub fn new_password(seal: &Seal, id: &str, key: Option<&str>) -> Result<String> {
    match key {
        Some(key) => Ok(password(&seal.derive(&derived_name("password", id, key))[..16])),
        None => random_password(),
    }
}

/// A random password for a person to type once.
pub fn random_password() -> Result<String> {
    Ok(password(&random_bytes::<16>()?))
}

/// 16 characters in groups, 80 bits.
fn password(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let letters: Vec<char> = bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

fn derived_name(what: &str, id: &str, key: &str) -> String {
    format!("{what}\0{id}\0{key}")
}

/// Random secrets are long enough that a plain hash cannot be turned back.
pub fn fingerprint(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

fn random_bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| internal("no random bytes"))?;
    Ok(bytes)
}
