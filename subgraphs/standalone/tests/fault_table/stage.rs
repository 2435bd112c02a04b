//! The system whose parts are broken: one process of each server on real stores, and what breaks them: signals to the servers,
//! proxies before the stores.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::json;
use tokio::task::JoinHandle;

use crate::fault::{Fault, How, TIMEOUT, What};
use crate::processes::{Processes, Setup};
use crate::proxy::{INDEXES, IndexProxy, Passage, Pipe};
use crate::real_stores::{DATABASES, Places, RealStores};

/// A slow process is halted for so long, and then lives for so long, again and again.
const SLOW: (Duration, Duration) = (Duration::from_millis(150), Duration::from_millis(30));
/// So late is every piece that passes to and from a slow store.
const LATE: Duration = Duration::from_millis(60);

/// The system. Dropped in this order.
pub struct Stage {
    pub processes: Processes,
    databases: BTreeMap<&'static str, Pipe>,
    indexes: IndexProxy,
    nas: Pipe,
    pub stores: RealStores,
    slowing: Option<JoinHandle<()>>,
}

impl Stage {
    /// Starts everything, with the sample data.
    pub async fn start() -> Stage {
        let stores = RealStores::start().await;
        let folder = tempfile::tempdir().unwrap();
        stores.seed(&folder.path().join("data"), 240).await;
        let mut databases = BTreeMap::new();
        for name in DATABASES {
            databases.insert(name, Pipe::to(stores.databases.port()).await);
        }
        let indexes = IndexProxy::to(&stores.places().search).await;
        let nas = Pipe::to(port(&stores.places().nas)).await;
        let places = Places {
            databases: databases.iter().map(|(name, pipe)| (*name, pipe.port())).collect(),
            search: indexes.url(),
            nas: format!("http://127.0.0.1:{}", nas.port()),
        };
        let limit = format!("{}ms", TIMEOUT.as_millis());
        let timeouts = json!({ "subgraph": limit, "pass_through": limit });
        let setup = Setup { timeouts, stores: stores.settings(&places), ..Setup::default() };
        let processes = Processes::start_on(folder, setup).await;
        Stage { processes, databases, indexes, nas, stores, slowing: None }
    }

    /// Breaks something.
    pub fn hurt(&mut self, fault: Fault) {
        match (fault.what, fault.how) {
            (What::Server(name), How::Killed) => self.processes.kill(name),
            (What::Server(name), How::Hung) => self.processes.halt(name),
            (What::Server(name), How::Slow) => {
                self.slowing = Some(tokio::spawn(slow_down(self.processes.pid(name))));
            }
            (What::Store(name), How::Killed) => self.set(name, Passage::Refused),
            (What::Store(name), How::Hung) => self.set(name, Passage::Held),
            (What::Store(name), How::Slow) => self.set(name, Passage::Late(LATE)),
        }
    }

    /// Ends the fault: says since when it could answer again.
    pub async fn heal(&mut self, fault: Fault) -> Instant {
        if let Some(slowing) = self.slowing.take() {
            slowing.abort();
        }
        match (fault.what, fault.how) {
            (What::Server(name), How::Killed) => {
                self.processes.spawn(name);
                self.processes.ready(name).await;
            }
            (What::Server(name), How::Hung | How::Slow) => self.processes.resume(name),
            (What::Store(name), _) => self.set(name, Passage::Open),
        }
        Instant::now()
    }

    fn set(&self, store: &str, passage: Passage) {
        let database = store.trim_end_matches(" db");
        match (self.databases.get(database), INDEXES.into_iter().find(|index| *index == store)) {
            (Some(pipe), _) => pipe.set(passage),
            (None, Some(index)) => self.indexes.set(index, passage),
            (None, None) => self.nas.set(passage),
        }
    }
}

fn port(url: &str) -> u16 {
    url.rsplit(':').next().and_then(|port| port.trim_end_matches('/').parse().ok()).unwrap()
}

async fn slow_down(process: u32) {
    let Some(group) = i32::try_from(process).ok().and_then(Pid::from_raw) else { return };
    loop {
        let _ = kill_process_group(group, Signal::STOP);
        tokio::time::sleep(SLOW.0).await;
        let _ = kill_process_group(group, Signal::CONT);
        tokio::time::sleep(SLOW.1).await;
    }
}
