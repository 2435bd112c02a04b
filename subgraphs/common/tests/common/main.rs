//! The common server through its HTTP router, on databases of its own and an index that fails on command.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod catalog;
mod faulty_index;
mod ingest;
mod kills;
mod loaders;
mod outbox;
mod people;
mod permissions;
mod races;
mod reindex;
mod sdl;
mod trends;
mod world;
