//! Composition: every file below `cases/` is a set of subgraphs; what composition says about it stands below `expected/`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod contracts;
mod fixtures;
mod links;
#[path = "../doubles/many_subgraphs.rs"]
mod many_subgraphs;
mod meaning;
mod order;
mod output;
mod references;
mod refusals;
mod scale;
