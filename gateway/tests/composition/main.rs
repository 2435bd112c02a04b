//! Composition: every folder under `cases/` is a set of subgraphs and what composition says about it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod fixtures;
mod order;
mod output;
mod refusals;
