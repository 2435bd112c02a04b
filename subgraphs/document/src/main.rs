//! The document server.
fn main() {}
