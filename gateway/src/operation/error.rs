//! What is wrong with a request, before anything of it is executed. All of it is safe to tell the client.

use std::fmt;

use apollo_compiler::validation::DiagnosticList;

/// A stable code, `extensions.code` in the client's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RequestErrorCode {
    /// The document is not GraphQL.
    ParseFailed,
    /// The document does not fit the public schema.
    ValidationFailed,
    /// No operation, or several and none named, or none of that name.
    OperationResolutionFailure,
    /// A variable's value does not fit its type.
    BadUserInput,
    /// The operation is larger than allowed.
    LimitExceeded,
    /// The schema was asked for, and is not told.
    IntrospectionDisabled,
    /// `@stream`, which is not supported.
    StreamNotSupported,
    /// A mutation or subscription came where only queries are allowed.
    MutationOverGet,
}

impl RequestErrorCode {
    /// The text clients see.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::ValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Self::OperationResolutionFailure => "OPERATION_RESOLUTION_FAILURE",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::LimitExceeded => "LIMIT_EXCEEDED",
            Self::IntrospectionDisabled => "INTROSPECTION_DISABLED",
            Self::StreamNotSupported => "STREAM_NOT_SUPPORTED",
            Self::MutationOverGet => "MUTATION_OVER_GET",
        }
    }
}

impl fmt::Display for RequestErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A line and column of the client's document, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Location {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// One error of a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct RequestError {
    /// What is wrong, for the client.
    pub message: String,
    /// Its stable code.
    pub code: RequestErrorCode,
    /// Where in the document.
    pub locations: Vec<Location>,
}

impl RequestError {
    /// An error without a location.
    pub fn new(code: RequestErrorCode, message: impl Into<String>) -> Self {
        Self { message: message.into(), code, locations: Vec::new() }
    }

    /// The errors of a parser or validator, at most `cap` of them.
    pub(super) fn from_diagnostics(code: RequestErrorCode, list: &DiagnosticList, cap: usize) -> Vec<Self> {
        list.iter()
            .take(cap)
            .map(|diagnostic| {
                let error = diagnostic.unstable_to_json_compat();
                let locations = error.locations.iter().map(|l| Location { line: l.line, column: l.column });
                Self { message: error.message, code, locations: locations.collect() }
            })
            .collect()
    }
}
