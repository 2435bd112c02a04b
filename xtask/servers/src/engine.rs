//! What the two search engines have in common: how they are asked, and how their process is held.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::{ServerProcess, http};

/// A Java program on two busy cores takes its time.
const START: Duration = Duration::from_secs(300);

/// A search engine's process, which can be started again on the same data and the same port.
pub(crate) struct Engine {
    pub name: &'static str,
    pub url: String,
    pub log: PathBuf,
    pub command: fn(&Engine) -> Result<Command>,
    pub home: PathBuf,
    pub port: u16,
}

impl Engine {
    /// Starts it and waits until its indexes can be searched.
    pub(crate) fn spawn(&self) -> Result<ServerProcess> {
        let mut process = ServerProcess::spawn(self.name, &mut (self.command)(self)?, &self.log)?;
        let healthy = "/_cluster/health?wait_for_status=yellow&timeout=1s";
        process.wait_until(START, || http::get(&self.url, healthy).ok())?;
        Ok(process)
    }
}

/// What the search engine at a URL says that it is, for example `Elasticsearch 7.10.2`.
///
/// # Errors
/// When nobody answers there, or something that is no such engine.
pub fn version(url: &str) -> Result<String> {
    if url.starts_with("https://") {
        return Ok("a search engine behind TLS".to_owned());
    }
    let answer =
        http::get(url, "/").with_context(|| format!("no search engine answers at {}", without_user(url)))?;
    let number = text_of(&answer, "number").context("an answer without a version")?;
    let name =
        if answer.contains("\"distribution\" : \"opensearch\"") { "OpenSearch" } else { "Elasticsearch" };
    Ok(format!("{name} {number}"))
}

fn without_user(url: &str) -> &str {
    url.rsplit_once('@').map_or(url, |(_, place)| place)
}

fn text_of<'a>(json: &'a str, key: &str) -> Option<&'a str> {
    let (_, rest) = json.split_once(&format!("\"{key}\""))?;
    rest.split('"').nth(1)
}
