//! lighttpd with its WebDAV module, which stands for a NAS over WebDAV.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::{Running, ServerProcess, http, packages, ports};

/// The environment variable with the URL of a shared folder of a WebDAV server; tests make folders of their own in it.
pub const VARIABLE: &str = "KNLAB_TEST_WEBDAV_URL";

const START: Duration = Duration::from_secs(10);

/// A lighttpd with a folder and a port of its own. Dropped, it is killed.
pub struct WebDav {
    folder: PathBuf,
    port: u16,
    process: ServerProcess,
}

impl WebDav {
    /// Starts a server on an empty folder below `folder`; installs lighttpd when it is missing.
    ///
    /// # Errors
    /// When it cannot be installed or started; the text tells the end of its log.
    pub fn start(folder: &Path) -> Result<Self> {
        let folder = folder.join("webdav");
        for name in ["files", "uploads"] {
            let folder = folder.join(name);
            std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        let port = ports::free()?;
        let process = spawn(&folder, port)?;
        Ok(Self { folder, port, process })
    }

    /// Starts it again on the same folder and port; what runs is killed first.
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

impl Running for WebDav {
    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn version(&self) -> Result<String> {
        version(&self.url())
    }
}

/// What the server at a URL says that it is, for example `lighttpd/1.4.69 (WebDAV)`.
///
/// # Errors
/// When nobody answers there.
pub fn version(url: &str) -> Result<String> {
    let answer =
        http::request("OPTIONS", url).with_context(|| format!("no WebDAV server answers at {url}"))?;
    Ok(format!("{} (WebDAV)", answer.header("server").unwrap_or("a server without a name")))
}

/// Installs it when it is missing; gives its program.
///
/// # Errors
/// When it cannot be installed.
pub fn install() -> Result<PathBuf> {
    packages::install("lighttpd", &["lighttpd", "lighttpd-mod-webdav"])
}

fn spawn(folder: &Path, port: u16) -> Result<ServerProcess> {
    let program = install()?;
    let settings = format!(
        "server.port = {port}\nserver.bind = \"127.0.0.1\"\nserver.document-root = \"{0}/files\"\n\
         server.upload-dirs = (\"{0}/uploads\")\nserver.modules = (\"mod_webdav\")\nserver.stream-request-body = 1\n\
         server.errorlog = \"/dev/stderr\"\nwebdav.activate = \"enable\"\n",
        folder.display()
    );
    let file = folder.join("lighttpd.conf");
    std::fs::write(&file, settings).with_context(|| format!("cannot write {}", file.display()))?;
    let mut command = Command::new(program);
    command.arg("-D").arg("-f").arg(&file);
    let mut process = ServerProcess::spawn("lighttpd", &mut command, &folder.join("log"))?;
    process.wait_until(START, || http::request("OPTIONS", &format!("http://127.0.0.1:{port}")).ok())?;
    Ok(process)
}
