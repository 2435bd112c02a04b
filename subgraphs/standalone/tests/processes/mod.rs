//! The whole system as it is deployed: the gateway and any number of replicas of each server, as processes, with sample data
//! in a folder of their own.

#![allow(dead_code, reason = "each test file uses a part of it")]

mod client;
mod setup;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;
use standalone::stores_folder::OpenStores;
use tempfile::TempDir;
use test_servers::{ServerProcess, ports};

pub use setup::{SERVERS, Setup};

/// How long a process may take to be ready.
const START: Duration = Duration::from_secs(30);

/// Running processes. A replica is called like its server, further ones `auth-2`, `auth-3` and so on.
pub struct Processes {
    folder: TempDir,
    ports: BTreeMap<String, u16>,
    running: BTreeMap<String, ServerProcess>,
    pub client: reqwest::Client,
}

impl Processes {
    /// Seeds new embedded stores with sample data and starts one of each server.
    pub async fn start(documents: u64) -> Self {
        Self::start_with(documents, Setup::default()).await
    }

    /// The same, as `setup` says.
    pub async fn start_with(documents: u64, setup: Setup) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let stores = OpenStores::open(&data).await.unwrap();
        standalone::seeding::seed(&stores, &data, documents).await.unwrap();
        // The index has one writer: it must be free before common starts.
        drop(stores);
        Self::start_on(folder, setup).await
    }

    /// Starts them on stores that hold their data; `folder` is for settings, logs and what is embedded (below `data`).
    pub async fn start_on(folder: TempDir, setup: Setup) -> Self {
        gateway::server::install_crypto();
        let client = reqwest::Client::builder().timeout(Duration::from_secs(40)).build().unwrap();
        let mut names: Vec<String> = SERVERS.iter().flat_map(|server| setup.names(server)).collect();
        names.push("gateway".to_owned());
        let ports: BTreeMap<String, u16> =
            names.iter().map(|name| (name.clone(), ports::free().unwrap())).collect();
        for (name, settings) in setup.settings(folder.path(), &ports) {
            // JSON is YAML.
            std::fs::write(folder.path().join(format!("{name}.yaml")), settings.to_string()).unwrap();
        }
        let mut processes = Self { folder, ports, running: BTreeMap::new(), client };
        for name in &names {
            processes.spawn(name);
        }
        for name in &names {
            processes.ready(name).await;
        }
        processes
    }

    /// Starts a process that does not run.
    pub fn spawn(&mut self, name: &str) {
        let server = name.split('-').next().unwrap();
        let mut command = Command::new(program(server));
        if server == "gateway" {
            command.arg("serve");
        }
        command.arg("--config").arg(self.path(&format!("{name}.yaml")));
        let log = self.path(&format!("{name}.log"));
        let process = ServerProcess::spawn(name, &mut command, &log).unwrap();
        self.running.insert(name.to_owned(), process);
    }

    /// Kills a process without warning (SIGKILL).
    pub fn kill(&mut self, name: &str) {
        self.running.remove(name).unwrap().kill();
    }

    /// Halts a process (SIGSTOP): its connections stay open and nobody answers.
    pub fn halt(&self, name: &str) {
        self.running[name].halt().unwrap();
    }

    /// The process id, and that of its group.
    pub fn pid(&self, name: &str) -> u32 {
        self.running[name].pid()
    }

    /// Lets a halted process go on.
    pub fn resume(&self, name: &str) {
        self.running[name].resume().unwrap();
    }

    /// Waits until a process says that it is ready.
    pub async fn ready(&self, name: &str) {
        let url = format!("http://127.0.0.1:{}/health/ready", self.ports[name]);
        let begin = Instant::now();
        loop {
            let answer = self.client.get(&url).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            assert!(begin.elapsed() < START, "{name} is not ready:\n{}", self.log(name));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What a process logged.
    pub fn log(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(&format!("{name}.log"))).unwrap_or_default()
    }

    /// The gateway's address.
    pub fn url(&self) -> String {
        self.url_of("gateway")
    }

    /// The address of a process.
    pub fn url_of(&self, name: &str) -> String {
        format!("http://127.0.0.1:{}", self.ports[name])
    }

    /// One operation through the gateway.
    pub async fn ask(&self, token: Option<&str>, query: &str, variables: Value) -> Value {
        client::ask(self.post("gateway"), token, query, variables).await
    }

    /// One operation sent to one replica of a server, as the gateway would send it.
    pub async fn ask_replica(&self, name: &str, token: Option<&str>, query: &str, variables: Value) -> Value {
        client::ask(Self::as_gateway(self.post(name)), token, query, variables).await
    }

    /// A request with the gateway's credential.
    pub fn as_gateway(request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        request.header("x-knlab-caller", "gateway").header("x-knlab-credential", setup::GATEWAY_SECRET)
    }

    /// An access token of a sample account.
    pub async fn token(&self, login: &str, password: &str) -> String {
        client::token(self.post("gateway"), login, password).await
    }

    fn post(&self, name: &str) -> reqwest::RequestBuilder {
        self.client.post(format!("{}/graphql", self.url_of(name)))
    }

    /// A file or folder of these processes.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// A binary beside this test's own; built first when it is not there (`cargo test -p standalone` builds only its own).
fn program(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_BIN_EXE_knlab")).with_file_name(name);
    if !path.exists() {
        let status =
            Command::new(env!("CARGO")).args(["build", "--quiet", "--package", name, "--bin", name]).status();
        assert!(status.unwrap().success(), "cannot build {name}");
    }
    path
}
