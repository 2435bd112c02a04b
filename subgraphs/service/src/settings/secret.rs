//! A secret: compared in constant time, never printed, read from the settings or from a file that they name.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use subtle::ConstantTimeEq;

/// A secret text. In settings it is the text itself or `file:PATH` (a trailing newline of the file is dropped).
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether `given` is this secret; the time it takes does not tell how much of it is right.
    pub fn matches(&self, given: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(given).into()
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_string())
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let text = match text.strip_prefix("file:") {
            Some(path) => std::fs::read_to_string(path)
                .map_err(|error| D::Error::custom(format!("cannot read the secret in {path}: {error}")))?
                .trim_end_matches(['\n', '\r'])
                .to_string(),
            None => text,
        };
        if text.len() < 8 {
            return Err(D::Error::custom("a secret needs at least 8 characters"));
        }
        Ok(Self(text))
    }
}
