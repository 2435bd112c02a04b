//! What a server is told at its start: one YAML file, overlaid with environment variables. All keys have defaults that are
//! safe (loopback only, no caller accepted).

mod database;
mod load;
mod nas;
mod search;
mod secret;
mod tree;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

pub use database::DatabaseSettings;
pub use load::{SettingsError, load};
pub use nas::{NasSettings, S3Settings, WebdavSettings};
pub use search::SearchSettings;
pub use secret::Secret;

use crate::clock::Clock;
use crate::token::{SharedKeys, TokenSettings};

/// The settings that every server has. A server with settings of its own holds these under the key `server`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The folder of the embedded stores.
    pub data: PathBuf,
    /// The servers that may call this one, each with its secret. Nobody else is answered.
    pub callers: BTreeMap<String, Secret>,
    /// How users' tokens are checked.
    pub token: TokenSettings,
    /// The largest request body in bytes.
    pub body_limit: usize,
    /// How long a query or mutation may take.
    pub request_timeout_seconds: u64,
    /// How long requests under way may take to finish once the server is told to stop.
    pub shutdown_deadline_seconds: u64,
    /// The server's clock; tests move it.
    #[serde(skip)]
    pub clock: Clock,
}

impl Settings {
    /// Settings for a server inside this process (standalone, tests): a free port, these callers, keys handed over in memory.
    pub fn in_process(data: impl Into<PathBuf>, callers: BTreeMap<String, Secret>, keys: SharedKeys) -> Self {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let token = TokenSettings { shared: Some(keys), ..TokenSettings::default() };
        Self { listen, data: data.into(), callers, token, ..Self::default() }
    }

    pub(crate) fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.request_timeout_seconds)
    }

    pub(crate) fn shutdown_deadline(&self) -> Duration {
        Duration::from_secs(self.shutdown_deadline_seconds)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            data: PathBuf::from("data"),
            callers: BTreeMap::new(),
            token: TokenSettings::default(),
            body_limit: 2 * 1024 * 1024,
            request_timeout_seconds: 30,
            shutdown_deadline_seconds: 10,
            clock: Clock::system(),
        }
    }
}
