//! The little HTTP that is needed to learn whether a server is ready and what it is.

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const LIMIT: Duration = Duration::from_secs(3);

/// The body of what an `http://` address answers with status 200. The address may have a user and a password in it.
///
/// # Errors
/// When nobody answers, or something else.
pub fn get(url: &str, path: &str) -> Result<String> {
    let place = url.strip_prefix("http://").with_context(|| format!("{url} is no http:// address"))?;
    let (user, place) = place.rsplit_once('@').map_or((None, place), |(user, place)| (Some(user), place));
    let host = place.split('/').next().unwrap_or(place);
    let address = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
    let address = address.to_socket_addrs()?.next().context("a name without an address")?;
    let mut stream = TcpStream::connect_timeout(&address, LIMIT)?;
    stream.set_read_timeout(Some(LIMIT))?;
    let user =
        user.map(|user| format!("Authorization: Basic {}\r\n", STANDARD.encode(user))).unwrap_or_default();
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {host}\r\n{user}\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").context("an answer that is no HTTP")?;
    match head.split(' ').nth(1) {
        Some("200") => Ok(body.to_owned()),
        status => bail!("it answers with status {}", status.unwrap_or_default()),
    }
}
