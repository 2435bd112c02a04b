//! The supergraph: types, fields, who owns each, keys and links. Immutable; read from and written as join-spec SDL.

use apollo_compiler::Schema;
use apollo_compiler::validation::Valid;

/// Index of a subgraph in [`Supergraph::subgraphs`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubgraphId(pub u32);

/// One subgraph as `join__Graph` names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subgraph {
    /// The name clients of `compose` gave it, e.g. `auth`.
    pub name: String,
    /// Its routing URL; may be empty when configuration supplies it.
    pub url: String,
}

/// A loaded supergraph. Built only by [`Supergraph::parse`], so every instance is consistent.
#[derive(Debug)]
pub struct Supergraph {
    subgraphs: Vec<Subgraph>,
    api_schema: Valid<Schema>,
}

impl Supergraph {
    /// The subgraphs in the order of the `join__Graph` enum.
    pub fn subgraphs(&self) -> &[Subgraph] {
        &self.subgraphs
    }

    /// The public schema: what clients see; no join or link machinery, nothing inaccessible.
    pub fn api_schema(&self) -> &Valid<Schema> {
        &self.api_schema
    }
}
