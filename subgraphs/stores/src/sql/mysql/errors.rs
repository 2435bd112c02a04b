//! Errors of MySQL and MariaDB, sorted by what a caller can do.

use sqlx::mysql::MySqlDatabaseError;

use crate::StoreError;

/// A unique key has the value already.
const DUPLICATE: [u16; 3] = [1062, 1169, 1586];

/// Rolled back in favour of another transaction: lock wait, deadlock, read-set changed, a replicated conflict.
const ROLLED_BACK: [u16; 4] = [1205, 1213, 1020, 3101];

/// The server cannot do it now: full, out of memory, ending, read-only, connection cut, took too long; or it does not let us in
/// (1044, 1045, 1049, 1130: user, password, database, host), which an operator sets right without a new start.
const UNAVAILABLE: [u16; 35] = [
    1021, 1030, 1037, 1038, 1040, 1041, 1042, 1043, 1044, 1045, 1047, 1049, 1053, 1077, 1079, 1114, 1129,
    1130, 1135, 1152, 1158, 1159, 1160, 1161, 1184, 1203, 1226, 1290, 1317, 1792, 1836, 1927, 1969, 3024,
    4031,
];

/// What an error means for a caller; `name` is the store's.
pub(super) fn sorted(name: &str, error: &sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Database(refusal) => match refusal.try_downcast_ref::<MySqlDatabaseError>() {
            Some(refusal) => refused(name, refusal),
            None => StoreError::Internal(format!("{name}: {error}")),
        },
        sqlx::Error::PoolTimedOut => unavailable(name, "all connections are busy"),
        _ if ends_the_connection(error) => unavailable(name, &error.to_string()),
        _ => StoreError::Internal(format!("{name}: {error}")),
    }
}

/// Whether nothing more can be sent on the connection that gave this error.
pub(super) fn ends_the_connection(error: &sqlx::Error) -> bool {
    use sqlx::Error::{Io, PoolClosed, Protocol, Tls, WorkerCrashed};
    matches!(error, Io(_) | Tls(_) | Protocol(_) | PoolClosed | WorkerCrashed) || says_goodbye(error)
}

/// The server ends (1053), or ended the connection (1927; 4031 when nothing was asked on it for long).
fn says_goodbye(error: &sqlx::Error) -> bool {
    let refusal =
        error.as_database_error().and_then(|refusal| refusal.try_downcast_ref::<MySqlDatabaseError>());
    refusal.is_some_and(|refusal| matches!(refusal.number(), 1053 | 1927 | 4031))
}

pub(super) fn unavailable(name: &str, detail: &str) -> StoreError {
    StoreError::Unavailable { store: name.to_owned(), detail: detail.to_owned() }
}

fn refused(name: &str, refusal: &MySqlDatabaseError) -> StoreError {
    match refusal.number() {
        number if DUPLICATE.contains(&number) => {
            StoreError::AlreadyExists { constraint: key_of(refusal.message()).to_owned() }
        }
        number if ROLLED_BACK.contains(&number) => {
            StoreError::RolledBack { store: name.to_owned(), detail: refusal.to_string() }
        }
        number if UNAVAILABLE.contains(&number) => unavailable(name, &refusal.to_string()),
        _ => StoreError::Internal(format!("{name}: {refusal}")),
    }
}

/// `Duplicate entry 'x' for key 'KEY'`; MySQL writes the table before the key.
fn key_of(message: &str) -> &str {
    message.rsplit_once("for key '").map_or(message, |(_, key)| key.trim_end_matches('\''))
}

#[cfg(test)]
mod tests {
    use super::key_of;

    #[test]
    fn a_duplicate_names_its_key_whatever_its_value() {
        for (message, key) in [
            ("Duplicate entry 'budget' for key 'slug'", "slug"),
            ("Duplicate entry 'budget' for key 'codes.slug'", "codes.slug"),
            ("Duplicate entry 'for key 'x'' for key 'PRIMARY'", "PRIMARY"),
        ] {
            assert_eq!(key_of(message), key);
        }
    }
}
