//! The admin server.
fn main() {}
