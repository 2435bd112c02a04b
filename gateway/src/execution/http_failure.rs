//! What an HTTP client's error says about whether the request was sent, which decides whether it may be sent again.

use std::error::Error;
use std::io;

use hyper_util::client::legacy;

use super::replicas::Outcome;

/// How the request ended, and what happened in words for the log.
pub(crate) fn failure(error: &legacy::Error) -> (Outcome, String) {
    let mut detail = error.to_string();
    let mut refused = false;
    let mut source = error.source();
    while let Some(cause) = source {
        detail.push_str(&format!(": {cause}"));
        let kind = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        // Reset: the port was closed while the connection waited to be accepted.
        refused |= matches!(kind, Some(io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset));
        source = cause.source();
    }
    let outcome = match error.is_connect() {
        true if refused => Outcome::Refused,
        true => Outcome::NotConnected,
        false => Outcome::Cut,
    };
    (outcome, detail)
}
