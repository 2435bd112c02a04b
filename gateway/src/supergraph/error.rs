//! Why a text is not a supergraph this gateway can serve.

/// A supergraph could not be loaded. The text is for operators, not for clients.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SupergraphError {
    /// The text is not GraphQL SDL, or its types do not fit together.
    #[error("the supergraph is not valid GraphQL: {0}")]
    Syntax(String),
    /// No `join__Graph` enum, or no join specification linked.
    #[error("not a join-spec supergraph: {0}")]
    NotASupergraph(String),
    /// It links a specification that it cannot be run without (`for: EXECUTION` or `SECURITY`), or a join version, that is not known.
    #[error(
        "the supergraph needs {0}, which this gateway does not know; compose it without that, or take a newer gateway"
    )]
    UnknownSpecification(String),
    /// A `@join__…` application that names nothing, or lacks an argument.
    #[error("{at}: {reason}")]
    Join {
        /// The type or field it stands on.
        at: String,
        /// What is wrong.
        reason: String,
    },
    /// The public schema that remains without machinery and inaccessible elements is not valid.
    #[error("the public schema is not valid: {0}")]
    PublicSchema(String),
}
