//! Which keys are allowed: such as mean the same on every place, also on shares that ignore case.

use crate::{Result, StoreError};

/// Where contents stand until they are whole; no key can name it.
pub(super) const PARTIALS: &str = ".partial";

const LONGEST_PART: usize = 255;
const LONGEST_KEY: usize = 1024;

/// The key of a content.
pub(super) fn checked(key: &str) -> Result<&str> {
    match key.len() <= LONGEST_KEY && key.split('/').all(is_part) {
        true => Ok(key),
        false => Err(StoreError::InvalidName(key.to_owned())),
    }
}

/// The beginning of keys, as engines want it: with a closing slash; all keys are below `/`.
pub(super) fn checked_folder(folder: &str) -> Result<String> {
    match folder {
        "" => Ok("/".to_owned()),
        folder => checked(folder).map(|folder| format!("{folder}/")),
    }
}

/// A name where a content can be written until it is whole.
pub(super) fn partial() -> String {
    format!("{PARTIALS}/{}", uuid::Uuid::now_v7())
}

fn is_part(part: &str) -> bool {
    let allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-');
    !part.is_empty() && part.len() <= LONGEST_PART && !part.starts_with('.') && part.bytes().all(allowed)
}
