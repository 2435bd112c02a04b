//! gateway binary
fn main() {}
