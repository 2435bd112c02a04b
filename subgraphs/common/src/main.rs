//! The common server.
fn main() {}
