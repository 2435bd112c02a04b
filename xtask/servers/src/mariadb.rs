//! MariaDB, which stands for MySQL in the tests: same protocol, same statements where we use them.

use std::io::Read as _;
use std::net::{TcpStream, ToSocketAddrs as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::{Running, ServerProcess, packages, ports};

/// The environment variable with the URL of a shared server, as root.
pub const VARIABLE: &str = "KNLAB_TEST_MYSQL_URL";

const START: Duration = Duration::from_secs(60);
const GREETING: Duration = Duration::from_secs(2);

/// Nothing waits for the disk: what was written survives the death of the server, not that of the machine. Seven times faster
/// to start on a slow disk.
const WITHOUT_SYNC: [&str; 2] = ["--debug-no-sync", "--innodb-flush-method=nosync"];

/// A MariaDB with a data folder and a port of its own. `root` needs no password. Dropped, it is killed.
pub struct MariaDb {
    folder: PathBuf,
    port: u16,
    process: ServerProcess,
}

impl MariaDb {
    /// Makes an empty data folder below `folder` and starts a server on it; installs MariaDB when it is missing.
    ///
    /// # Errors
    /// When it cannot be installed or started; the text tells the end of its log.
    pub fn start(folder: &Path) -> Result<Self> {
        install()?;
        let folder = folder.join("mariadb");
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        install_data(&folder.join("data"))?;
        let port = ports::free()?;
        let process = spawn(&folder, port)?;
        Ok(Self { folder, port, process })
    }

    /// Starts it again on the same data and the same port; what runs is killed first.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start_again(&mut self) -> Result<()> {
        self.kill();
        self.process = spawn(&self.folder, self.port)?;
        Ok(())
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
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

impl Running for MariaDb {
    fn url(&self) -> String {
        format!("mysql://root@127.0.0.1:{}", self.port)
    }

    fn version(&self) -> Result<String> {
        version(&self.url())
    }
}

/// What the server at a URL says that it is, for example `MariaDB 10.11.19` or `MySQL 8.4.3`.
///
/// # Errors
/// When nobody answers there, or something that is no MySQL.
pub fn version(url: &str) -> Result<String> {
    let place = url.split_once("://").map_or(url, |(_, rest)| rest);
    let place = place.rsplit_once('@').map_or(place, |(_, rest)| rest);
    let place = place.split(['/', '?']).next().unwrap_or(place);
    let address = match place.contains(':') {
        true => place.to_owned(),
        false => format!("{place}:3306"),
    };
    let greeting = greeting(&address).with_context(|| format!("no MySQL answers at {address}"))?;
    let number = greeting.trim_start_matches("5.5.5-").split('-').next().unwrap_or_default().to_owned();
    let name = if greeting.contains("MariaDB") { "MariaDB" } else { "MySQL" };
    Ok(format!("{name} {number}"))
}

/// The version in the greeting that a server sends first: 3 bytes of length, 1 of sequence, protocol 10, text, NUL.
fn greeting(address: &str) -> Result<String> {
    let address = address.to_socket_addrs()?.next().context("a name without an address")?;
    let mut stream = TcpStream::connect_timeout(&address, GREETING)?;
    stream.set_read_timeout(Some(GREETING))?;
    let mut packet = [0; 128];
    let mut length = 0;
    while length < packet.len() && !packet[5..length.max(5)].contains(&0) {
        match stream.read(&mut packet[length..])? {
            0 => break,
            read => length += read,
        }
    }
    if packet[4] != 10 {
        bail!("it does not greet as MySQL does");
    }
    let version = packet[5..length.max(5)].split(|byte| *byte == 0).next().unwrap_or_default();
    Ok(String::from_utf8_lossy(version).into_owned())
}

/// Installs it when it is missing; gives its program.
///
/// # Errors
/// When it cannot be installed.
pub fn install() -> Result<PathBuf> {
    // What makes the data folder calls this; Debian has it in a package of which the server's knows nothing.
    packages::install("my_print_defaults", &["mariadb-client-core"])?;
    packages::install("mariadbd", &["mariadb-server-core"])
}

fn install_data(data: &Path) -> Result<()> {
    let program = packages::install("mariadb-install-db", &["mariadb-server-core"])?;
    let made = Command::new(program)
        .args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"])
        .args(WITHOUT_SYNC)
        .args(as_root())
        .arg(format!("--datadir={}", data.display()))
        .stdin(Stdio::null())
        .output()
        .context("cannot start mariadb-install-db")?;
    if !made.status.success() {
        let said = [made.stderr, made.stdout].concat();
        bail!("mariadb-install-db: {}", String::from_utf8_lossy(&said).trim());
    }
    Ok(())
}

fn spawn(folder: &Path, port: u16) -> Result<ServerProcess> {
    let program = install()?;
    let mut command = Command::new(program);
    command
        .arg("--no-defaults")
        .args(as_root())
        .arg(format!("--datadir={}", folder.join("data").display()))
        .arg(format!("--socket={}", folder.join("socket").display()))
        .arg(format!("--pid-file={}", folder.join("pid").display()))
        .arg(format!("--port={port}"))
        .args(WITHOUT_SYNC)
        .args(["--bind-address=127.0.0.1", "--max-connections=1000", "--max-allowed-packet=64M"])
        .args(["--innodb-log-file-size=16M", "--innodb-buffer-pool-size=64M"]);
    let mut process = ServerProcess::spawn("MariaDB", &mut command, &folder.join("log"))?;
    process.wait_until(START, || greeting(&format!("127.0.0.1:{port}")).ok())?;
    Ok(process)
}

/// Root has to say that it means it.
fn as_root() -> &'static [&'static str] {
    match rustix::process::geteuid().is_root() {
        true => &["--user=root"],
        false => &[],
    }
}
