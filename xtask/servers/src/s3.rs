//! moto, which stands for an S3 server: multipart, ranges and conditional writes as S3 has them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::{Running, ServerProcess, http, pip, ports};

/// The environment variable with the URL of a bucket: `http://KEY:SECRET@HOST:PORT/BUCKET`; tests write below prefixes of their
/// own.
pub const VARIABLE: &str = "KNLAB_TEST_S3_URL";

const START: Duration = Duration::from_secs(60);

const BUCKET: &str = "knlab-test";

/// A moto with a port of its own and an empty bucket; it keeps everything in memory. Dropped, it is killed.
pub struct S3 {
    folder: PathBuf,
    port: u16,
    process: ServerProcess,
}

impl S3 {
    /// Starts a server with its log in `folder`; installs moto when it is missing.
    ///
    /// # Errors
    /// When it cannot be installed or started; the text tells the end of its log.
    pub fn start(folder: &Path) -> Result<Self> {
        let folder = folder.join("s3");
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let port = ports::free()?;
        let process = spawn(&folder, port)?;
        Ok(Self { folder, port, process })
    }

    /// Starts it again, empty, on the same port; what runs is killed first.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start_again(&mut self) -> Result<()> {
        self.process.kill();
        self.process = spawn(&self.folder, self.port)?;
        Ok(())
    }

    /// Kills it (SIGKILL).
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Halts it (SIGSTOP): it accepts connections and does not answer.
    ///
    /// # Errors
    /// When it is gone.
    pub fn halt(&self) -> Result<()> {
        self.process.halt()
    }

    /// Lets it go on (SIGCONT).
    ///
    /// # Errors
    /// When it is gone.
    pub fn resume(&self) -> Result<()> {
        self.process.resume()
    }
}

impl Running for S3 {
    fn url(&self) -> String {
        format!("http://knlab:knlab-test@127.0.0.1:{}/{BUCKET}", self.port)
    }

    fn version(&self) -> Result<String> {
        version(&self.url())
    }
}

/// Installs it when it is missing; gives its program.
///
/// # Errors
/// When it cannot be installed.
pub fn install() -> Result<PathBuf> {
    pip::install("moto_server", "moto[server]")
}

/// What the server at a URL says that it is.
///
/// # Errors
/// When nobody answers there.
pub fn version(url: &str) -> Result<String> {
    let answer = http::request("HEAD", url).with_context(|| format!("no S3 server answers at {url}"))?;
    Ok(format!("{} (S3)", answer.header("server").unwrap_or("a server without a name")))
}

fn spawn(folder: &Path, port: u16) -> Result<ServerProcess> {
    let mut command = Command::new(install()?);
    command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
    let mut process = ServerProcess::spawn("moto", &mut command, &folder.join("log"))?;
    let bucket = format!("http://127.0.0.1:{port}/{BUCKET}");
    let made = process.wait_until(START, || http::request("PUT", &bucket).ok())?;
    match made.status {
        200 => Ok(process),
        status => bail!("moto answers {status} to a new bucket"),
    }
}
