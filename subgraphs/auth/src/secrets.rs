//! Secrets made here: random, with a prefix that tells what they are; stored only as a fingerprint.

use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use service::error::{Result, internal};
use sha2::{Digest as _, Sha256};

/// The prefix of refresh tokens.
pub const REFRESH_TOKEN: &str = "knr_";
/// The prefix of personal API keys.
pub const API_KEY: &str = "knk_";
/// The prefix of service clients' secrets.
pub const CLIENT_SECRET: &str = "kns_";

/// A secret of 256 random bits.
pub fn random_secret(prefix: &str) -> Result<String> {
    Ok(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random_bytes::<32>()?)))
}

/// A password for a person to type once: 16 characters in groups, 80 bits.
pub fn random_password() -> Result<String> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let letters: Vec<char> =
        random_bytes::<16>()?.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    Ok(groups.join("-"))
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
