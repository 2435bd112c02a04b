//! What is broken, and how.

use std::fmt;
use std::time::Duration;

/// What the gateway gives a subgraph, and so everything behind it.
pub const TIMEOUT: Duration = Duration::from_secs(2);

/// The eight stores, as questions call them: four databases, three indexes, the NAS.
pub const STORES: [&str; 8] =
    ["auth db", "document_meta", "crawl_info", "common db", "politica", "screening", "project", "nas"];

/// A store that does not answer is known to be down after this time: it is waited for, and then asked for a sign of life.
const STORE_KNOWN_DOWN: Duration = Duration::from_millis(3_000);

/// How something is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The process is killed (SIGKILL).
    Killed,
    /// The process is halted (SIGSTOP): it accepts and does not answer.
    Hung,
    /// It answers late.
    Slow,
}

/// What is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A server's process.
    Server(&'static str),
    /// A store, by a proxy between it and the servers.
    Store(&'static str),
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    pub what: What,
    pub how: How,
}

impl Fault {
    /// Every row: the four servers and the eight stores, each in three ways.
    pub fn all() -> Vec<Fault> {
        let ways = |what: What| [How::Killed, How::Hung, How::Slow].map(|how| Fault { what, how });
        let servers = ["auth", "admin", "document", "common"].map(What::Server);
        servers.into_iter().chain(STORES.map(What::Store)).flat_map(ways).collect()
    }

    /// Whether what needs these things is touched by it.
    pub fn touches(&self, needs: &[&str]) -> bool {
        let (What::Server(name) | What::Store(name)) = self.what;
        needs.contains(&name)
    }

    /// Within which time the first errors must come.
    pub fn patience(&self) -> Duration {
        TIMEOUT
    }

    /// After which time errors must come at once.
    pub fn known_after(&self) -> Duration {
        match self.what {
            What::Server(_) => TIMEOUT,
            What::Store(_) => STORE_KNOWN_DOWN,
        }
    }

    /// How long it lasts: long enough to see what comes after the first timeouts.
    pub fn lasts(&self) -> Duration {
        match self.how {
            How::Hung => self.known_after() + Duration::from_millis(2_500),
            How::Killed | How::Slow => Duration::from_millis(2_500),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, name) = match self.what {
            What::Server(name) => ("server", name),
            What::Store(name) => ("store", name),
        };
        let how = match self.how {
            How::Killed => "killed",
            How::Hung => "hung",
            How::Slow => "slow",
        };
        formatter.pad(&format!("{kind} {name} {how}"))
    }
}
