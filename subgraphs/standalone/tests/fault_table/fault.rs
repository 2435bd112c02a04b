//! What is broken, and how.

use std::fmt;
use std::time::Duration;

/// What the gateway gives a subgraph, and so everything behind it.
pub const TIMEOUT: Duration = Duration::from_secs(2);

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
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    pub what: What,
    pub how: How,
}

impl Fault {
    /// Every row: the four servers, each in three ways.
    pub fn all() -> Vec<Fault> {
        let ways = |what: What| [How::Killed, How::Hung, How::Slow].map(|how| Fault { what, how });
        ["auth", "admin", "document", "common"].map(What::Server).into_iter().flat_map(ways).collect()
    }

    /// Whether what needs these things is touched by it.
    pub fn touches(&self, needs: &[&str]) -> bool {
        let What::Server(name) = self.what;
        needs.contains(&name)
    }

    /// Within which time the first errors must come.
    pub fn patience(&self) -> Duration {
        TIMEOUT
    }

    /// How long it lasts: long enough to see what comes after the first timeouts.
    pub fn lasts(&self) -> Duration {
        match self.how {
            How::Hung => self.patience() + Duration::from_millis(2_500),
            How::Killed | How::Slow => Duration::from_millis(2_500),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let What::Server(name) = self.what;
        let how = match self.how {
            How::Killed => "killed",
            How::Hung => "hung",
            How::Slow => "slow",
        };
        formatter.pad(&format!("server {name} {how}"))
    }
}
