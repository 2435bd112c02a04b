//! Just enough HTTP to ask a server on this machine whether it is there.

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const PATIENCE: Duration = Duration::from_secs(5);

/// The beginning of an answer.
pub struct Answer {
    /// The status.
    pub status: u16,
    head: String,
}

impl Answer {
    /// The first header of this name (in lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        let headers = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        headers.filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
    }
}

/// Sends a request without a body to a plain `http` URL.
///
/// # Errors
/// When nobody answers.
pub fn request(method: &str, url: &str) -> Result<Answer> {
    let place = url.strip_prefix("http://").with_context(|| format!("no http URL: {url}"))?;
    let (host, path) = place.split_once('/').unwrap_or((place, ""));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let address = match host.contains(':') {
        true => host.to_owned(),
        false => format!("{host}:80"),
    };
    let address = address.to_socket_addrs()?.next().context("a name without an address")?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "{method} /{path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    )?;
    let mut bytes = [0; 4096];
    let mut length = 0;
    while length < bytes.len() && !bytes[..length].windows(4).any(|window| window == b"\r\n\r\n") {
        match stream.read(&mut bytes[length..])? {
            0 => break,
            read => length += read,
        }
    }
    let head = String::from_utf8_lossy(&bytes[..length]).into_owned();
    let status = head.split_whitespace().nth(1).and_then(|status| status.parse().ok());
    Ok(Answer { status: status.context("no HTTP answer")?, head })
}

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
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
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
