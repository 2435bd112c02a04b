//! What a handler tells the log about its answer.

/// An extension of the response.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The operation's name as the client gave it.
    pub operation: Option<String>,
    /// How many errors the answer lists.
    pub errors: usize,
    /// The code, when the request was refused.
    pub code: Option<&'static str>,
}
