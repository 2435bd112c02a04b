//! Proxies between servers and their stores, which refuse, hang and slow down on command.

mod index;
mod pipe;

use std::time::Duration;

pub use index::{INDEXES, IndexProxy};
pub use pipe::Pipe;

/// What a proxy does with what passes through it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Passage {
    /// Lets it pass.
    #[default]
    Open,
    /// Refuses connections and ends those that are there, as a killed server.
    Refused,
    /// Accepts and holds everything back, as a halted server.
    Held,
    /// Lets everything pass late.
    Late(Duration),
}
