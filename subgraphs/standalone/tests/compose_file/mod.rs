//! `compose.yaml` as far as we use the format: a key that is none of these is refused.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::IgnoredAny;

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComposeFile {
    pub name: String,
    pub services: BTreeMap<String, Service>,
    pub networks: BTreeMap<String, Network>,
    pub volumes: BTreeMap<String, BTreeMap<String, IgnoredAny>>,
    pub secrets: BTreeMap<String, Secret>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    pub image: String,
    pub build: Option<Build>,
    pub user: String,
    pub read_only: bool,
    pub cap_drop: Vec<String>,
    pub security_opt: Vec<String>,
    pub restart: String,
    pub stop_grace_period: Option<String>,
    pub entrypoint: Option<Vec<String>>,
    pub command: Option<Vec<String>>,
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    #[serde(default)]
    pub tmpfs: Vec<String>,
    #[serde(default)]
    pub volumes: Vec<String>,
    #[serde(default)]
    pub secrets: Vec<String>,
    #[serde(default)]
    pub networks: Vec<String>,
    pub network_mode: Option<String>,
    #[serde(default)]
    pub ports: Vec<String>,
    pub healthcheck: Option<Healthcheck>,
    #[serde(default)]
    pub depends_on: BTreeMap<String, Dependency>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Build {
    pub context: String,
    pub target: String,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Healthcheck {
    pub test: Vec<String>,
    pub interval: String,
    pub timeout: String,
    pub retries: u32,
    pub start_period: String,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dependency {
    pub condition: Condition,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Condition {
    #[serde(rename = "service_started")]
    Started,
    #[serde(rename = "service_healthy")]
    Healthy,
    #[serde(rename = "service_completed_successfully")]
    Completed,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    #[serde(default)]
    pub internal: bool,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secret {
    pub file: String,
}

/// The top of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

impl ComposeFile {
    /// The committed file.
    pub fn read() -> Self {
        serde_saphyr::from_str(&std::fs::read_to_string(root().join("compose.yaml")).unwrap()).unwrap()
    }

    /// The other services that a service shares a network with.
    pub fn meets(&self, service: &str) -> Vec<&str> {
        let networks = &self.services[service].networks;
        let others = self.services.iter().filter(|(name, other)| {
            *name != service && other.networks.iter().any(|network| networks.contains(network))
        });
        others.map(|(name, _)| name.as_str()).collect()
    }
}

impl Service {
    /// What is mounted: source and place in the container, and whether it can be written there.
    pub fn mounts(&self) -> Vec<(&str, &str, bool)> {
        let parts = self.volumes.iter().map(|volume| volume.split(':').collect::<Vec<_>>());
        parts.map(|parts| (parts[0], parts[1], parts.get(2) != Some(&"ro"))).collect()
    }

    /// Its user id.
    pub fn uid(&self) -> u32 {
        self.user.split(':').next().unwrap().parse().unwrap()
    }
}
