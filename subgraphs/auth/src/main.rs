//! The auth server.
fn main() {}
