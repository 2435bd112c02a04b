//! What is killed.

use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Victim {
    /// The one admin server, which crawls.
    Admin,
    /// One of the two common servers, or both.
    Common,
    /// The database server.
    MariaDb,
    /// The search engine.
    Engine,
}

/// What is killed at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Killed {
    /// Processes of servers.
    Servers(Vec<&'static str>),
    /// The database server.
    MariaDb,
    /// The search engine.
    Engine,
}

impl Victim {
    /// All, in turn.
    pub const ALL: [Self; 4] = [Self::Admin, Self::Common, Self::MariaDb, Self::Engine];

    /// Its name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Common => "common",
            Self::MariaDb => "MariaDB",
            Self::Engine => "search engine",
        }
    }

    /// What is killed this time.
    pub fn choose(self, random: &mut ChaCha8Rng) -> Killed {
        match self {
            Self::Admin => Killed::Servers(vec!["admin"]),
            Self::Common if random.random_bool(0.3) => Killed::Servers(vec!["common", "common-2"]),
            Self::Common => {
                Killed::Servers(["common", "common-2"].choose(random).copied().into_iter().collect())
            }
            Self::MariaDb => Killed::MariaDb,
            Self::Engine => Killed::Engine,
        }
    }
}
