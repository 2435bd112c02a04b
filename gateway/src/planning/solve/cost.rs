//! What a way to answer costs. The one place with the weights.

use std::rc::Rc;

/// Requests and how many of them wait for one another.
#[derive(Clone, Debug, Default)]
pub(in crate::planning) struct Cost {
    /// The requests, each named by position, subgraph and depth, sorted: what two parts both need counts once.
    pub requests: Rc<Vec<u64>>,
    /// The longest chain of requests.
    pub depth: u32,
    /// Fields asked for, roughly.
    pub fields: u32,
}

/// A request costs as much as another level: both are a round trip, one of the subgraph's time, one of the client's.
const REQUEST: u64 = 1_000;
const DEPTH: u64 = 1_001;

impl Cost {
    pub fn request(name: u64, depth: u32) -> Self {
        Self { requests: Rc::new(vec![name]), depth, fields: 0 }
    }

    /// Both, side by side.
    pub fn and(&mut self, other: &Self) {
        if self.requests.is_empty() {
            self.requests = Rc::clone(&other.requests);
        } else if !other.requests.is_empty() {
            let mut all: Vec<u64> = self.requests.iter().chain(other.requests.iter()).copied().collect();
            all.sort_unstable();
            all.dedup();
            self.requests = Rc::new(all);
        }
        self.depth = self.depth.max(other.depth);
        self.fields = self.fields.saturating_add(other.fields);
    }

    /// The same, started after `depth` requests.
    pub fn after(mut self, depth: u32) -> Self {
        if self.depth > 0 {
            self.depth += depth;
        }
        self
    }

    pub fn is_free(&self) -> bool {
        self.requests.is_empty()
    }

    pub fn score(&self) -> u64 {
        self.requests.len() as u64 * REQUEST + u64::from(self.depth) * DEPTH + u64::from(self.fields.min(900))
    }
}
