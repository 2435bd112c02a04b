//! From the text of one value to its type, or the reason why not.

use std::net::SocketAddr;
use std::time::Duration;

use http::uri::PathAndQuery;
use http::{HeaderName, HeaderValue, Uri};

/// `yes` or `no`, in YAML's spellings.
pub(super) fn boolean(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Ok(true),
        "false" | "no" | "off" => Ok(false),
        _ => Err(format!("`{}` is neither true nor false", short(text))),
    }
}

/// A whole number of at least one.
pub(super) fn count(text: &str) -> Result<usize, String> {
    match text.replace('_', "").parse() {
        Ok(0) => Err("must be at least 1".to_owned()),
        Ok(number) => Ok(number),
        Err(_) => Err(format!("`{}` is not a whole number", short(text))),
    }
}

/// A size in bytes: `512`, `64KiB`, `2MB`.
pub(super) fn bytes(text: &str) -> Result<usize, String> {
    let (number, unit) =
        text.split_at(text.find(|c: char| !c.is_ascii_digit() && c != '_').unwrap_or(text.len()));
    let unit: usize = match unit.trim() {
        "" | "B" => 1,
        "kB" | "KB" => 1_000,
        "KiB" => 1 << 10,
        "MB" => 1_000_000,
        "MiB" => 1 << 20,
        "GB" => 1_000_000_000,
        "GiB" => 1 << 30,
        _ => return Err(format!("`{}` is not a size; write e.g. `64KiB` or `2MB`", short(text))),
    };
    let size = count(number)?.checked_mul(unit);
    size.ok_or_else(|| format!("`{}` is too large", short(text)))
}

/// A duration with its unit: `500ms`, `30s`, `5m`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(duration) if duration.is_zero() => Err("must be longer than nothing".to_owned()),
        Ok(duration) => Ok(duration),
        Err(_) => Err(format!("`{}` is not a duration; write e.g. `500ms`, `30s` or `5m`", short(text))),
    }
}

/// An address to listen on.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        format!(
            "`{}` is not an address to listen on; write e.g. `127.0.0.1:4000` or `[::1]:4000`",
            short(text)
        )
    })
}

/// An absolute http or https URL without a user name or a password.
pub(super) fn url(text: &str) -> Result<String, String> {
    let wrong = || format!("`{}` is not a URL that begins with http:// or https://", short(text));
    let uri: Uri = text.parse().map_err(|_| wrong())?;
    let scheme_is_http = matches!(uri.scheme_str(), Some("http" | "https"));
    match uri.authority() {
        Some(authority) if authority.as_str().contains('@') => {
            Err("must not contain a user name or a password; use `headers`".to_owned())
        }
        Some(_) if scheme_is_http => Ok(text.to_owned()),
        _ => Err(wrong()),
    }
}

/// A path on a server, with a query if need be.
pub(super) fn path(text: &str) -> Result<PathAndQuery, String> {
    let parsed = text.parse().ok().filter(|_| text.starts_with('/'));
    parsed.ok_or_else(|| format!("`{}` is not a path; write e.g. `/subscriptions`", short(text)))
}

/// A web origin as browsers send it: scheme and host, no path.
pub(super) fn origin(text: &str) -> Result<HeaderValue, String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let valid = host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '*', '@', ' ']));
    let reason = || format!("`{}` is not an origin; write e.g. `https://app.example.org`", short(text));
    if valid { HeaderValue::from_str(text).map_err(|_| reason()) } else { Err(reason()) }
}

/// A header's name.
pub(super) fn header_name(text: &str) -> Result<HeaderName, String> {
    text.to_ascii_lowercase().parse().map_err(|_| format!("`{}` is not the name of a header", short(text)))
}

/// What is logged, in the notation of `tracing`.
pub(super) fn log_filter(text: &str) -> Result<String, String> {
    match text.parse::<tracing_subscriber::EnvFilter>() {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => {
            Err(format!("`{}` is not a log filter; write e.g. `info` or `gateway=debug,info`", short(text)))
        }
    }
}

/// Any text but the empty one.
pub(super) fn text(text: &str) -> Result<String, String> {
    if text.is_empty() { Err("must not be empty".to_owned()) } else { Ok(text.to_owned()) }
}

/// One of some words.
pub(super) fn one_of<T: Copy>(choices: &[(&str, T)]) -> impl Fn(&str) -> Result<T, String> {
    move |text| {
        let found = choices.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
        let words = || choices.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        found
            .map(|(_, choice)| *choice)
            .ok_or_else(|| format!("`{}` is not one of: {}", short(text), words()))
    }
}

/// A value as it may be repeated in a message.
fn short(text: &str) -> String {
    text.chars().take(60).flat_map(char::escape_debug).collect()
}
