//! Which paths are allowed.

use crate::{Result, StoreError};

/// Where files stand until they are whole; in the root, and no path may name it.
pub(super) const PARTIALS: &str = ".partial";

const LONGEST_PART: usize = 255;
const LONGEST_PATH: usize = 1024;

/// The path of a file or folder, without a closing slash; never the root.
pub(super) fn checked(path: &str) -> Result<&str> {
    let trimmed = path.strip_suffix('/').unwrap_or(path);
    let allowed = path.len() <= LONGEST_PATH && trimmed.split('/').all(is_part) && !is_partials(trimmed);
    if allowed { Ok(trimmed) } else { Err(StoreError::InvalidName(path.to_owned())) }
}

/// The path of a folder as engines want it: with a closing slash, the root as `/`.
pub(super) fn checked_folder(path: &str) -> Result<String> {
    match path {
        "" => Ok("/".to_owned()),
        path => checked(path).map(|path| format!("{path}/")),
    }
}

/// The path of a file: without a closing slash.
pub(super) fn checked_file(path: &str) -> Result<&str> {
    match checked(path)? {
        checked if checked.len() == path.len() => Ok(checked),
        _ => Err(StoreError::InvalidName(path.to_owned())),
    }
}

fn is_partials(path: &str) -> bool {
    path == PARTIALS || path.strip_prefix(PARTIALS).is_some_and(|rest| rest.starts_with('/'))
}

fn is_part(part: &str) -> bool {
    !matches!(part, "" | "." | "..")
        && part.len() <= LONGEST_PART
        && !part.chars().any(|character| character == '\\' || character.is_control())
}
