//! Text and public schema to a valid, normalized operation: what the client asks, independent of how it wrote it.

pub mod selection;
