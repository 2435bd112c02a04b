//! Elasticsearch 7.10.2, the newest whole server that a package registry has. It has no users.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::engine::Engine;
use crate::{Running, ServerProcess, engine, maven, ports};

/// The environment variable with the URL of a shared server, with an administrator's user and password if it has users.
pub const VARIABLE: &str = "KNLAB_TEST_ELASTICSEARCH_URL";

const ARTIFACT: &str = "org.codelibs:elasticsearch-cluster-runner:7.10.2.0";
const PROGRAM: &str = "org.codelibs.elasticsearch.runner.ElasticsearchClusterRunner";

/// A disk that others fill is no reason to refuse writes.
const SETTINGS: &str = "cluster.routing.allocation.disk.threshold_enabled: false\n";

/// The runner takes no port above.
const PORTS: std::ops::Range<u16> = 2_000..9_298;

/// An Elasticsearch with a data folder and a port of its own. Dropped, it is killed.
pub struct Elasticsearch {
    engine: Engine,
    process: ServerProcess,
}

impl Elasticsearch {
    /// Starts a server on an empty folder below `folder`; gets Java and Elasticsearch when they are missing.
    ///
    /// # Errors
    /// When they cannot be had, or it does not start; the text tells the end of its log.
    pub fn start(folder: &Path) -> Result<Self> {
        let home = folder.join("elasticsearch");
        let config = home.join("node_1/config");
        std::fs::create_dir_all(&config).with_context(|| format!("cannot make {}", config.display()))?;
        std::fs::write(config.join("elasticsearch.yml"), SETTINGS).context("cannot write the settings")?;
        let port = ports::free_among(PORTS)?;
        let (url, log) = (format!("http://127.0.0.1:{port}"), folder.join("elasticsearch.log"));
        let engine = Engine { name: "Elasticsearch", url, log, command, home, port };
        let process = engine.spawn()?;
        Ok(Self { engine, process })
    }

    /// Starts it again on the same data and the same port; what runs is killed first.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start_again(&mut self) -> Result<()> {
        self.kill();
        self.process = self.engine.spawn()?;
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

impl Running for Elasticsearch {
    fn url(&self) -> String {
        self.engine.url.clone()
    }

    fn version(&self) -> Result<String> {
        engine::version(&self.engine.url)
    }
}

/// Installs Java and it when they are missing; gives the folder of its jars.
///
/// # Errors
/// When something cannot be installed.
pub fn install() -> Result<PathBuf> {
    maven::java()?;
    maven::jars(ARTIFACT)
}

fn command(engine: &Engine) -> Result<Command> {
    let jars = install()?;
    let mut command = Command::new(maven::java()?);
    command
        .args(["-Xms256m", "-Xmx768m", "-cp"])
        .arg(jars.join("*"))
        .arg(PROGRAM)
        .arg("-basePath")
        .arg(&engine.home)
        // Nodes of one name that run on one machine find each other and become one cluster.
        .args(["-clusterName", &format!("knlab-test-{}-{}", std::process::id(), engine.port)])
        .args(["-numOfNode", "1", "-baseHttpPort", &(engine.port - 1).to_string()])
        .current_dir(&engine.home);
    Ok(command)
}
