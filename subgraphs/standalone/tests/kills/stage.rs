//! The system whose parts are killed: real stores of its own, one admin, two common that share the outbox, and the rest.

use serde_json::json;

use crate::processes::{Processes, Setup};
use crate::real_stores::RealStores;
use crate::victim::Killed;

/// Everything that runs. Dropped in this order.
pub struct Stage {
    pub processes: Processes,
    pub stores: RealStores,
    pub token: String,
}

impl Stage {
    /// Starts everything with the sample accounts and without documents.
    pub async fn start() -> Stage {
        let stores = RealStores::start().await;
        let folder = tempfile::tempdir().unwrap();
        stores.seed(&folder.path().join("data"), 0).await;
        let setup = Setup {
            replicas: [("common", 2)].into(),
            stores: stores.settings(&stores.places()),
            // One token for the whole run, and leases that end soon.
            more: [
                ("auth", json!({ "lifetimes": { "access_token_seconds": 7_200 } })),
                ("common", json!({ "indexer": { "lease_seconds": 2 } })),
            ]
            .into(),
            ..Setup::default()
        };
        let processes = Processes::start_on(folder, setup).await;
        let token = processes.token("admin", "administrator-demo").await;
        Stage { processes, stores, token }
    }

    /// What the stores say that they are.
    pub fn versions(&self) -> String {
        self.stores.versions()
    }

    /// Kills without warning (SIGKILL).
    pub fn kill(&mut self, killed: &Killed) {
        match killed {
            Killed::Servers(names) => names.iter().for_each(|name| self.processes.kill(name)),
            Killed::MariaDb => self.stores.databases.kill(),
            Killed::Engine => self.stores.engine.kill(),
        }
    }

    /// Starts again what was killed.
    pub async fn start_again(&mut self, killed: &Killed) {
        match killed {
            Killed::Servers(names) => {
                names.iter().for_each(|name| self.processes.spawn(name));
                for name in names {
                    self.processes.ready(name).await;
                }
            }
            Killed::MariaDb => tokio::task::block_in_place(|| self.stores.databases.start_again()).unwrap(),
            Killed::Engine => tokio::task::block_in_place(|| self.stores.engine.start_again()).unwrap(),
        }
    }
}
