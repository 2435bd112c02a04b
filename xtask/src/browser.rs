//! GraphiQL in a real headless Chromium, against the whole system on embedded stores.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use test_servers::packages;

use crate::programs;

/// What the script types, and a piece of the answer that it waits for.
const QUERY: &str = "{ category(slug: \"climate-energy\") { name } }";
const ANSWER: &str = "기후·에너지";

/// How long the system may take to be ready.
const START: Duration = Duration::from_secs(60);

/// Starts Knlab and lets the browser script of `gateway/ide` use GraphiQL on it.
///
/// # Errors
/// When something cannot be installed or started, or the script finds a fault.
pub fn run() -> Result<()> {
    install()?;
    let ide = programs::root().join("gateway/ide");
    packages::run(Command::new("npm").args(["ci", "--silent", "--no-audit", "--no-fund"]).current_dir(&ide))?;
    programs::cargo(&["build", "--quiet", "--workspace", "--bins"])?;
    let data = programs::root().join("target/browser-test-data");
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let mut knlab = start(&data, port)?;
    let outcome = wait(port).and_then(|()| {
        let url = format!("http://127.0.0.1:{port}/");
        packages::run(Command::new("node").args(["test/graphiql.mjs", &url, QUERY, ANSWER]).current_dir(&ide))
    });
    let _ = knlab.kill();
    let _ = knlab.wait();
    let _ = std::fs::remove_dir_all(&data);
    outcome
}

/// Installs the browser and what its script runs on, when they are missing.
///
/// # Errors
/// When something cannot be installed.
pub fn install() -> Result<()> {
    packages::install("node", &["nodejs", "npm"])?;
    packages::install("chromium", &["chromium"]).map(drop)
}

fn start(data: &Path, port: u16) -> Result<Child> {
    let _ = std::fs::remove_dir_all(data);
    let program = programs::root().join("target/debug/knlab");
    Command::new(&program)
        .args(["--port", &port.to_string(), "--data"])
        .arg(data)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot start {}", program.display()))
}

fn wait(port: u16) -> Result<()> {
    let begin = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        if begin.elapsed() > START {
            bail!("Knlab was not ready within {} s", START.as_secs());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}
