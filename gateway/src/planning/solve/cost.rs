//! What a way to answer costs. The one place with the weights.

use std::rc::Rc;

use crate::supergraph::SubgraphId;

/// A request: when it starts, counted in requests before it, to whom, and whether it asks a root type. Entities asked of
/// one subgraph at one depth become one request, wherever they stand.
type Request = (u32, SubgraphId, bool);

/// Requests and how many of them wait for one another.
#[derive(Clone, Debug, Default)]
pub(in crate::planning) struct Cost {
    /// Sorted: what two parts both need counts once.
    requests: Rc<Vec<Request>>,
    /// Fields asked for only to get further, roughly.
    pub inputs: u32,
    /// The client's fields, as often as they are asked for.
    asked: u32,
    /// Requests that come before each of them, summed: what is asked early need not be asked again of an entity.
    waits: u32,
    /// Requests to a subgraph that this run of the search tries to do without.
    avoided: u32,
}

/// Fields never weigh more than this together: they decide between plans of equally many requests and equal depth.
const FIELDS: u64 = 100_000;
const REQUEST: u64 = 100 * FIELDS;
/// A level costs as much as a request: both are a round trip, one of the subgraph's time, one of the client's. It also
/// decides between plans that are equal by that.
const DEPTH: u64 = REQUEST + FIELDS;
/// Enough to tip the balance between equals, not enough to buy a request.
const AVOIDED: u64 = REQUEST / 2;

impl Cost {
    pub fn request(depth: u32, subgraph: SubgraphId, is_root: bool) -> Self {
        Self { requests: Rc::new(vec![(depth, subgraph, is_root)]), ..Self::default() }
    }

    /// A field of the client, asked for after `depth` requests.
    pub fn ask(&mut self, depth: u32) {
        self.asked = self.asked.saturating_add(1);
        self.waits = self.waits.saturating_add(depth);
    }

    /// A request that had better not be made.
    pub fn avoid(mut self) -> Self {
        self.avoided = 1;
        self
    }

    /// The subgraphs asked for entities.
    pub fn entered(&self) -> impl Iterator<Item = SubgraphId> + '_ {
        self.requests.iter().filter(|(.., is_root)| !is_root).map(|(_, subgraph, _)| *subgraph)
    }

    /// Both, side by side.
    pub fn and(&mut self, other: &Self) {
        if self.requests.is_empty() {
            self.requests = Rc::clone(&other.requests);
        } else if !other.requests.is_empty() {
            let mut all: Vec<Request> = self.requests.iter().chain(other.requests.iter()).copied().collect();
            all.sort_unstable();
            all.dedup();
            self.requests = Rc::new(all);
        }
        self.inputs = self.inputs.saturating_add(other.inputs);
        self.asked = self.asked.saturating_add(other.asked);
        self.waits = self.waits.saturating_add(other.waits);
        self.avoided = self.avoided.max(other.avoided);
    }

    /// The same, started after `depth` requests.
    pub fn after(mut self, depth: u32) -> Self {
        self.waits = self.waits.saturating_add(self.asked.saturating_mul(depth));
        if depth > 0 && !self.requests.is_empty() {
            self.requests =
                Rc::new(self.requests.iter().map(|(at, who, root)| (at + depth, *who, *root)).collect());
        }
        self
    }

    /// The longest chain of requests.
    pub fn depth(&self) -> u32 {
        self.requests.last().map_or(0, |(depth, ..)| *depth)
    }

    pub fn requests(&self) -> usize {
        self.requests.len()
    }

    pub fn is_free(&self) -> bool {
        self.requests.is_empty()
    }

    pub fn score(&self) -> u64 {
        self.price() + u64::from(self.avoided) * AVOIDED
    }

    /// What it costs, whatever this run tries to avoid.
    pub fn price(&self) -> u64 {
        let fields = u64::from(self.inputs) + u64::from(self.waits);
        self.requests.len() as u64 * REQUEST + u64::from(self.depth()) * DEPTH + fields.min(FIELDS - 1)
    }

    /// What it adds to what is asked anyway.
    pub fn score_on_top_of(&self, other: &Self) -> u64 {
        if other.is_free() {
            return self.score();
        }
        let mut both = other.clone();
        both.and(self);
        both.score()
    }
}
