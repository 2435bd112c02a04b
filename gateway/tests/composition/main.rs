//! Composition: every folder under `cases/` is a set of subgraphs and what composition says about it.

mod fixtures;
mod order;
mod output;
mod refusals;
