//! Ports that nobody listens on.

use std::net::TcpListener;
use std::ops::Range;

use anyhow::{Context, Result};

/// A port of the loopback interface that was free just now.
///
/// # Errors
/// When the machine has none left.
pub fn free() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no port is free on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}

/// A port of a range that was free just now on every interface: some programs take low ones only.
///
/// # Errors
/// When none of them is free.
pub fn free_among(range: Range<u16>) -> Result<u16> {
    // Where the search begins differs from process to process and from call to call, so that two at once rarely meet.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let begin =
        usize::try_from(now.subsec_nanos() ^ std::process::id()).unwrap_or_default() % range.len().max(1);
    let mut ports = range.clone().skip(begin).chain(range.clone().take(begin));
    let is_free = |port: &u16| {
        ["127.0.0.1", "::1"].iter().all(|address| match TcpListener::bind((*address, *port)) {
            Ok(_) => true,
            Err(error) => error.kind() == std::io::ErrorKind::AddrNotAvailable,
        })
    };
    ports.find(is_free).with_context(|| format!("no port of {range:?} is free"))
}
