//! Ports that nobody listens on.

use std::net::TcpListener;

use anyhow::{Context, Result};

/// A port of the loopback interface that was free just now.
///
/// # Errors
/// When the machine has none left.
pub fn free() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no port is free on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}
