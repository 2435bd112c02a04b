//! The whole system as it is deployed: five processes on embedded stores in a folder of their own, with sample data.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use standalone::stores_folder::OpenStores;
use tempfile::TempDir;

const GATEWAY_SECRET: &str = "gateway-credential-of-a-test-0123456789";
const ADMIN_SECRET: &str = "admin-credential-of-a-test-0123456789";

/// Five running processes.
pub struct Processes {
    folder: TempDir,
    ports: BTreeMap<&'static str, u16>,
    children: BTreeMap<&'static str, Child>,
    pub client: reqwest::Client,
}

impl Processes {
    /// Seeds a new folder with sample data and starts all five.
    pub async fn start(documents: u64) -> Self {
        gateway::server::install_crypto();
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let stores = OpenStores::open(&data).await.unwrap();
        standalone::seeding::seed(&stores, &data, documents).await.unwrap();
        // The index has one writer: it must be free before common starts.
        drop(stores);
        let ports = ["auth", "admin", "document", "common", "gateway"].map(|name| (name, free_port())).into();
        let client = reqwest::Client::builder().timeout(Duration::from_secs(40)).build().unwrap();
        let mut processes = Self { folder, ports, children: BTreeMap::new(), client };
        processes.write_settings();
        for name in ["auth", "common", "document", "admin", "gateway"] {
            processes.spawn(name);
        }
        for name in ["auth", "common", "document", "admin", "gateway"] {
            processes.ready(name).await;
        }
        processes
    }

    /// Starts a process that does not run.
    pub fn spawn(&mut self, name: &'static str) {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.path(&format!("{name}.log")))
            .unwrap();
        let mut command = Command::new(program(name));
        if name == "gateway" {
            command.arg("serve");
        }
        let child = command
            .arg("--config")
            .arg(self.path(&format!("{name}.yaml")))
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        self.children.insert(name, child);
    }

    /// Kills a process without warning (SIGKILL).
    pub fn kill(&mut self, name: &'static str) {
        let mut child = self.children.remove(name).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
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
            assert!(begin.elapsed() < Duration::from_secs(30), "{name} is not ready:\n{}", self.log(name));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What a process logged.
    pub fn log(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(&format!("{name}.log"))).unwrap_or_default()
    }

    /// The gateway's address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports["gateway"])
    }

    /// One operation through the gateway.
    pub async fn ask(&self, token: Option<&str>, query: &str, variables: Value) -> Value {
        let request = self.client.post(format!("{}/graphql", self.url()));
        let request = token.iter().fold(request, |request, token| request.bearer_auth(token));
        let answer = request.json(&json!({ "query": query, "variables": variables })).send().await.unwrap();
        answer.json().await.unwrap()
    }

    /// An access token of a sample account.
    pub async fn token(&self, login: &str, password: &str) -> String {
        let query = "mutation($email: String!, $password: String!) {
            login(input: { email: $email, password: $password }) { ... on LoginSuccess { accessToken } } }";
        let answer = self
            .ask(None, query, json!({ "email": format!("{login}@knlab.example"), "password": password }))
            .await;
        answer["data"]["login"]["accessToken"]
            .as_str()
            .unwrap_or_else(|| panic!("no token: {answer}"))
            .to_owned()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write_settings(&self) {
        let url = |name: &str| format!("http://127.0.0.1:{}", self.ports[name]);
        let data = self.path("data");
        let server = |name: &str, callers: Value| {
            json!({
                "listen": format!("127.0.0.1:{}", self.ports[name]),
                "data": data,
                "callers": callers,
                "token": { "jwks_url": format!("{}/.well-known/jwks.json", url("auth")) },
            })
        };
        let gateway_only = json!({ "gateway": GATEWAY_SECRET });
        let both = json!({ "gateway": GATEWAY_SECRET, "admin": ADMIN_SECRET });
        let crawl = json!({ "lease_ms": 1_000, "poll_ms": 50, "retry_ms": 100 });
        self.write("auth", &json!({ "server": server("auth", gateway_only.clone()) }));
        self.write("document", &json!({ "server": server("document", gateway_only.clone()) }));
        self.write("common", &json!({ "server": server("common", both) }));
        let common = json!({ "url": format!("{}/graphql", url("common")), "credential": ADMIN_SECRET });
        self.write(
            "admin",
            &json!({ "server": server("admin", gateway_only), "common": common, "crawl": crawl }),
        );
        self.write("gateway", &self.gateway_settings(url));
    }

    fn gateway_settings(&self, url: impl Fn(&str) -> String) -> Value {
        let headers = json!({ "x-knlab-caller": "gateway", "x-knlab-credential": GATEWAY_SECRET });
        let subgraph = |name: &str| json!({ "url": format!("{}/graphql", url(name)), "headers": headers });
        let supergraph = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema/supergraph.graphql");
        json!({
            "listen": format!("127.0.0.1:{}", self.ports["gateway"]),
            "supergraph": supergraph,
            "subgraphs": {
                "auth": subgraph("auth"),
                "admin": subgraph("admin"),
                "document": subgraph("document"),
                "common": subgraph("common"),
            },
            "jwt": {
                "jwks_url": format!("{}/.well-known/jwks.json", url("auth")),
                "issuer": "knlab-auth",
                "audience": "knlab",
            },
            "pass_through": { "/files/": { "url": url("admin"), "headers": headers } },
        })
    }

    /// JSON is YAML.
    fn write(&self, name: &str, settings: &Value) {
        std::fs::write(self.path(&format!("{name}.yaml")), settings.to_string()).unwrap();
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        for child in self.children.values_mut() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
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
