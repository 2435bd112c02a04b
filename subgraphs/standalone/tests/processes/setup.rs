//! How many of each server there are, on which stores, and the settings that follow from it.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

/// The four servers.
pub const SERVERS: [&str; 4] = ["auth", "common", "document", "admin"];

pub const GATEWAY_SECRET: &str = "gateway-credential-of-a-test-0123456789";
const ADMIN_SECRET: &str = "admin-credential-of-a-test-0123456789";

/// What is started. By default one of each on embedded stores.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// How many replicas of a server; one where it says nothing.
    pub replicas: BTreeMap<&'static str, usize>,
    /// A server's settings under the key `stores`; embedded ones where it says nothing.
    pub stores: BTreeMap<&'static str, Value>,
    /// Further settings of a server, by their first key.
    pub more: BTreeMap<&'static str, Value>,
    /// The gateway's `timeouts`.
    pub timeouts: Value,
}

impl Setup {
    /// The names of a server's replicas.
    pub fn names(&self, server: &str) -> Vec<String> {
        let count = self.replicas.get(server).copied().unwrap_or(1);
        (1..=count)
            .map(|number| if number == 1 { server.to_owned() } else { format!("{server}-{number}") })
            .collect()
    }

    /// By process, its settings.
    pub fn settings(&self, folder: &Path, ports: &BTreeMap<String, u16>) -> Vec<(String, Value)> {
        let mut all = vec![("gateway".to_owned(), self.gateway(ports))];
        for server in SERVERS {
            for name in self.names(server) {
                all.push((name.clone(), self.server(server, &name, folder, ports)));
            }
        }
        all
    }

    fn server(&self, server: &str, name: &str, folder: &Path, ports: &BTreeMap<String, u16>) -> Value {
        let callers = match server {
            "common" => json!({ "gateway": GATEWAY_SECRET, "admin": ADMIN_SECRET }),
            _ => json!({ "gateway": GATEWAY_SECRET }),
        };
        let jwks = self.urls("auth", "/.well-known/jwks.json", ports);
        let mut settings = json!({
            "server": {
                "listen": format!("127.0.0.1:{}", ports[name]),
                "data": folder.join("data"),
                "callers": callers,
                "token": { "jwks_url": jwks },
            },
        });
        if server == "admin" {
            let common = self.urls("common", "/graphql", ports);
            settings["common"] = json!({ "url": common, "credential": ADMIN_SECRET });
            settings["crawl"] = json!({ "lease_ms": 1_000, "poll_ms": 50, "retry_ms": 100 });
        }
        for (key, value) in self.more.get(server).and_then(Value::as_object).into_iter().flatten() {
            settings[key] = value.clone();
        }
        if let Some(stores) = self.stores.get(server) {
            settings["stores"] = stores.clone();
        }
        settings
    }

    fn gateway(&self, ports: &BTreeMap<String, u16>) -> Value {
        let headers = json!({ "x-knlab-caller": "gateway", "x-knlab-credential": GATEWAY_SECRET });
        let subgraphs: BTreeMap<&str, Value> = SERVERS
            .map(|server| {
                let urls = self.urls(server, "/graphql", ports);
                (server, json!({ "urls": urls, "headers": headers }))
            })
            .into();
        let supergraph = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema/supergraph.graphql");
        let mut settings = json!({
            "listen": format!("127.0.0.1:{}", ports["gateway"]),
            "supergraph": supergraph,
            "subgraphs": subgraphs,
            "jwt": {
                "jwks_urls": self.urls("auth", "/.well-known/jwks.json", ports),
                "issuer": "knlab-auth",
                "audience": "knlab",
            },
            "pass_through": { "/files/": { "urls": self.urls("admin", "", ports), "headers": headers } },
        });
        if !self.timeouts.is_null() {
            settings["timeouts"] = self.timeouts.clone();
        }
        settings
    }

    fn urls(&self, server: &str, path: &str, ports: &BTreeMap<String, u16>) -> Vec<String> {
        self.names(server).iter().map(|name| format!("http://127.0.0.1:{}{path}", ports[name])).collect()
    }
}
