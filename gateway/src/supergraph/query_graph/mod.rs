//! What can be fetched next, standing on an object of one type that came from one subgraph.

use super::Supergraph;

/// Places and moves.
#[derive(Debug, Default)]
pub struct QueryGraph {}

impl QueryGraph {
    pub(super) fn build(_supergraph: &Supergraph) -> Self {
        Self {}
    }
}
