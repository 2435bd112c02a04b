//! Plans: supergraph and operation in, printed plan out, one file per federation feature.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod keys;
mod oracle;
mod support;
