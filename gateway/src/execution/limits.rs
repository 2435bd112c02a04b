//! What one request may use at most while it is executed.

/// The limits of execution. Bytes of one subgraph's answer and time are the transport's and the context's.
#[derive(Clone, Copy, Debug)]
pub struct ExecutionLimits {
    /// Bytes of the client's answer. Deduplicated entities can make it much longer than all subgraphs' answers.
    pub response_bytes: usize,
    /// Distinct entities that one fetch may ask for.
    pub entities_per_fetch: usize,
    /// Errors listed in an answer; further ones are counted only.
    pub errors: usize,
    /// Nesting of a custom scalar's JSON value.
    pub nesting: usize,
}

impl Default for ExecutionLimits {
    fn default() -> Self {
        ExecutionLimits { response_bytes: 64 << 20, entities_per_fetch: 10_000, errors: 100, nesting: 64 }
    }
}
