//! `cargo xtask servers -- COMMAND…`: the real servers that tests share, for as long as a command runs.

use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use test_servers::{
    Elasticsearch, MariaDb, OpenSearch, Running, S3, WebDav, elasticsearch, mariadb, opensearch, s3, webdav,
};

use crate::interrupts::Interrupts;
use crate::programs;

/// How long the command may take to end once it is told to.
const ENDING: Duration = Duration::from_secs(10);

/// A shared server: the variable that names it to tests, how to start it, and what one given by the environment is.
struct Shared {
    variable: &'static str,
    install: fn() -> Result<()>,
    start: fn(&Path) -> Result<Box<dyn Running>>,
    version: fn(&str) -> Result<String>,
}

/// All shared servers, in the order in which they are started.
const SHARED: &[Shared] = &[
    Shared {
        variable: mariadb::VARIABLE,
        install: || mariadb::install().map(drop),
        start: |folder| Ok(Box::new(MariaDb::start(folder)?)),
        version: mariadb::version,
    },
    Shared {
        variable: webdav::VARIABLE,
        install: || webdav::install().map(drop),
        start: |folder| Ok(Box::new(WebDav::start(folder)?)),
        version: webdav::version,
    },
    Shared {
        variable: s3::VARIABLE,
        install: || s3::install().map(drop),
        start: |folder| Ok(Box::new(S3::start(folder)?)),
        version: s3::version,
    },
    Shared {
        variable: elasticsearch::VARIABLE,
        install: || elasticsearch::install().map(drop),
        start: |folder| Ok(Box::new(Elasticsearch::start(folder)?)),
        version: test_servers::search_engine_version,
    },
    Shared {
        variable: opensearch::VARIABLE,
        install: || opensearch::install(),
        start: |folder| Ok(Box::new(OpenSearch::start(folder)?)),
        version: test_servers::search_engine_version,
    },
];

/// A server that answers, unless it was given, and what is told about it.
struct Begun {
    server: Option<Box<dyn Running>>,
    told: String,
}

/// Servers that run until this is dropped. Put away in this order: the servers, their folder, the watch over signals.
pub struct Servers {
    started: Vec<Box<dyn Running>>,
    environment: Vec<(&'static str, String)>,
    folder: tempfile::TempDir,
    interrupts: Interrupts,
}

/// Runs a command with the shared servers; prints their versions first. Nothing of them is left afterwards.
///
/// # Errors
/// When a server does not start, or the command fails.
pub fn run(command: &[String]) -> Result<()> {
    let [program, arguments @ ..] = command else {
        bail!("say what to run: cargo xtask servers -- cargo test -p stores");
    };
    let servers = Servers::start()?;
    servers.run(Command::new(program).args(arguments))
}

/// Installs what is missing of the servers that the environment does not give, side by side. What fails is tried again, and
/// told, by who starts them.
pub fn install() {
    std::thread::scope(|scope| {
        for shared in SHARED.iter().filter(|shared| test_servers::shared(shared.variable).is_err()) {
            scope.spawn(shared.install);
        }
    });
}

impl Servers {
    /// Starts the servers that the environment does not give.
    ///
    /// # Errors
    /// When one cannot be installed or started, or one that is given does not answer.
    pub fn start() -> Result<Self> {
        Self::start_those(|_| true)
    }

    /// The same, of those only whose variables are wanted.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_those(is_wanted: impl Fn(&str) -> bool) -> Result<Self> {
        let interrupts = Interrupts::note()?;
        let folder = tempfile::Builder::new().prefix("knlab-servers-").tempdir()?;
        let mut servers = Self { started: Vec::new(), environment: Vec::new(), folder, interrupts };
        let place = servers.folder.path().to_owned();
        std::thread::scope(|scope| {
            let wanted = SHARED.iter().filter(|shared| is_wanted(shared.variable));
            let starting: Vec<_> =
                wanted.map(|shared| (shared, scope.spawn(|| begin(shared, &place)))).collect();
            // Whoever has started is kept also when another has not: it is to be ended.
            let begun: Vec<_> =
                starting.into_iter().map(|(shared, thread)| (shared, thread.join())).collect();
            begun.into_iter().map(|(shared, begun)| servers.add(shared, begun)).fold(Ok(()), Result::and)
        })?;
        if servers.interrupts.told_to_end() {
            bail!("interrupted");
        }
        Ok(servers)
    }

    /// Runs a command that finds the servers in its environment.
    ///
    /// # Errors
    /// When it cannot be started, fails, or was interrupted.
    pub fn run(&self, command: &mut Command) -> Result<()> {
        let shown = format!("{command:?}").replace('"', "");
        let mut child = command
            .envs(self.environment.iter().cloned())
            .current_dir(programs::root())
            .spawn()
            .with_context(|| format!("cannot start `{shown}`; is it installed?"))?;
        let status = self.wait(&mut child)?;
        if !status.success() {
            bail!("`{shown}` ended with {status}");
        }
        Ok(())
    }

    fn add(&mut self, shared: &Shared, begun: std::thread::Result<Result<Begun>>) -> Result<()> {
        let begun = begun.map_err(|_| anyhow!("a panic while it was started")).flatten();
        let Begun { server, told } = begun.with_context(|| format!("for {}", shared.variable))?;
        println!("      {told}");
        if let Some(server) = server {
            self.environment.push((shared.variable, server.url()));
            self.started.push(server);
        }
        Ok(())
    }

    /// Waits for the command; told to end, passes it on (Ctrl-C has reached it already) and insists after a while.
    fn wait(&self, child: &mut Child) -> Result<ExitStatus> {
        let mut asked: Option<Instant> = None;
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(status);
            }
            match asked {
                None if self.interrupts.told_to_end() => {
                    asked = Some(Instant::now());
                    test_servers::process::ask_to_end(child);
                }
                Some(since) if since.elapsed() > ENDING => child.kill()?,
                _ => {}
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Starts a server that the environment does not give.
fn begin(shared: &Shared, folder: &Path) -> Result<Begun> {
    if let Ok(url) = test_servers::shared(shared.variable) {
        let told = format!("{}: given by {}", (shared.version)(&url)?, shared.variable);
        return Ok(Begun { server: None, told });
    }
    let begin = Instant::now();
    let server = (shared.start)(folder)?;
    let told = format!("{}: ready after {:.1} s", server.version()?, begin.elapsed().as_secs_f64());
    Ok(Begun { server: Some(server), told })
}
