//! How large an operation may be. Checked before it is validated or expanded.

/// Limits on one operation. The defaults refuse nothing that a person would write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Tokens of the document.
    pub tokens: usize,
    /// Nested selections, lists and objects of the document, as the parser meets them.
    pub recursion: usize,
    /// Nested fields, fragments expanded.
    pub depth: usize,
    /// Fields with an alias, fragments expanded.
    pub aliases: usize,
    /// Fields at the top of the operation, fragments expanded.
    pub root_fields: usize,
    /// Fields, fragments expanded.
    pub selections: usize,
    /// Directives of the document, fragments expanded.
    pub directives: usize,
    /// Errors told to the client at once.
    pub errors: usize,
    /// Whether `__schema` and `__type` may be asked.
    pub introspection: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            tokens: 15_000,
            recursion: 100,
            depth: 40,
            aliases: 200,
            root_fields: 100,
            selections: 10_000,
            directives: 500,
            errors: 20,
            introspection: true,
        }
    }
}
