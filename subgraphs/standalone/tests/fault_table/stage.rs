//! The system whose parts are broken: one process of each server on embedded stores, and the signals that break them.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::json;
use tokio::task::JoinHandle;

use crate::fault::{Fault, How, TIMEOUT, What};
use crate::processes::{Processes, Setup};

/// A slow process is halted for so long, and then lives for so long, again and again.
const SLOW: (Duration, Duration) = (Duration::from_millis(150), Duration::from_millis(30));

/// The system.
pub struct Stage {
    pub processes: Processes,
    slowing: Option<JoinHandle<()>>,
}

impl Stage {
    /// Starts everything, with the sample data.
    pub async fn start() -> Stage {
        let limit = format!("{}ms", TIMEOUT.as_millis());
        let timeouts = json!({ "subgraph": limit, "pass_through": limit });
        let setup = Setup { timeouts, ..Setup::default() };
        Stage { processes: Processes::start_with(240, setup).await, slowing: None }
    }

    /// Breaks something.
    pub fn hurt(&mut self, fault: Fault) {
        let What::Server(name) = fault.what;
        match fault.how {
            How::Killed => self.processes.kill(name),
            How::Hung => self.processes.halt(name),
            How::Slow => self.slowing = Some(tokio::spawn(slow_down(self.processes.pid(name)))),
        }
    }

    /// Ends the fault: says since when the process could answer again.
    pub async fn heal(&mut self, fault: Fault) -> Instant {
        let What::Server(name) = fault.what;
        if let Some(slowing) = self.slowing.take() {
            slowing.abort();
        }
        match fault.how {
            How::Killed => {
                self.processes.spawn(name);
                self.processes.ready(name).await;
            }
            How::Hung | How::Slow => self.processes.resume(name),
        }
        Instant::now()
    }
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
