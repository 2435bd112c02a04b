//! Errors of two kinds: those a client may read (safe text, stable code) and internal ones (logged once, answered
//! generically). Resolvers return `Result<_, Failure>`; whatever else slips through is masked by `mask` at the door.

use std::fmt::{Debug, Display};

use async_graphql::{Context, Error, ErrorExtensions, ServerError};
use stores::StoreError;

/// The code of errors whose cause is ours.
pub const INTERNAL: &str = "INTERNAL_SERVER_ERROR";

/// An error that the client may read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientError {
    /// Stable, upper case; goes to `extensions.code`.
    pub code: &'static str,
    /// Plain English, nothing internal.
    pub message: String,
}

impl ClientError {
    /// An error with a stable code and a text for people.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// What resolvers fail with. It has no `Display` on purpose: async-graphql would turn that into the client's text.
#[derive(Debug)]
pub enum Failure {
    /// Told to the client.
    Client(ClientError),
    /// Already logged; the client learns only that it happened.
    Internal,
}

/// What resolvers return.
pub type Result<T> = std::result::Result<T, Failure>;

/// Logs an internal error and hides it from the client.
pub fn internal(error: impl Display) -> Failure {
    tracing::error!(error = %error, "internal error");
    Failure::Internal
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        Self::Client(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable { .. } | StoreError::RolledBack { .. } => {
                tracing::warn!(error = %error, "store unavailable");
                ClientError::new("STORE_UNAVAILABLE", "temporarily unavailable, try again later").into()
            }
            StoreError::AlreadyExists { .. } => {
                tracing::info!(error = %error, "refused by a unique constraint");
                ClientError::new("ALREADY_EXISTS", "something with this name or id is already there").into()
            }
            StoreError::InvalidName(_) => ClientError::new("INVALID_NAME", "this name is not allowed").into(),
            StoreError::NotFound(_) => ClientError::new("NOT_FOUND", "there is no such thing").into(),
            StoreError::TooLarge { .. } => ClientError::new("TOO_LARGE", "larger than allowed").into(),
            StoreError::Interrupted(_) => {
                ClientError::new("INPUT_INTERRUPTED", "the input ended before its end").into()
            }
            StoreError::Internal(_) => internal(error),
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        match error.downcast::<StoreError>() {
            Ok(store) => store.into(),
            Err(other) => internal(format!("{other:#}")),
        }
    }
}

/// DataLoaders hand one error to many waiting fields.
impl From<std::sync::Arc<StoreError>> for Failure {
    fn from(error: std::sync::Arc<StoreError>) -> Self {
        StoreError::clone(&error).into()
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let error = match failure {
            Failure::Client(error) => error,
            Failure::Internal => ClientError::new(INTERNAL, "internal server error"),
        };
        Error::new(error.message).extend_with(|_, values| values.set("code", error.code))
    }
}

/// For entity resolvers: an `Err` there would empty the whole `_entities` list, so a failure is noted as an error of its
/// own and the entity is null.
pub fn entity<T>(ctx: &Context<'_>, result: Result<Option<T>>) -> async_graphql::Result<Option<T>> {
    Ok(result.unwrap_or_else(|failure| {
        let error = Error::from(failure).into_server_error(ctx.item.pos);
        ctx.add_error(ctx.set_error_path(error));
        None
    }))
}

/// For nullable fields: an `Err` of the resolver itself would make the object around the field null, and a root field's the
/// whole answer. Here a failure is noted at the field's path and only the field is null.
pub async fn nullable<T>(
    ctx: &Context<'_>,
    work: impl Future<Output = Result<Option<T>>>,
) -> async_graphql::Result<Option<T>> {
    entity(ctx, work.await)
}

/// As `nullable`, for work that always has something to answer: payloads and lists.
pub async fn or_null<T>(
    ctx: &Context<'_>,
    work: impl Future<Output = Result<T>>,
) -> async_graphql::Result<Option<T>> {
    entity(ctx, work.await.map(Some))
}

/// Gives every error a code, and hides those that a library or a `?` made out of an internal error.
pub(crate) fn mask(error: &mut ServerError) {
    let has_code = error.extensions.as_ref().is_some_and(|values| values.get("code").is_some());
    if has_code {
        return;
    }
    let (code, message) = match &error.source {
        Some(_) => match error.source::<StoreError>() {
            Some(store) => client_view(store.clone().into()),
            None => {
                tracing::error!(error = %error.message, path = ?error.path, "internal error");
                client_view(Failure::Internal)
            }
        },
        None if error.path.is_empty() => ("GRAPHQL_VALIDATION_FAILED", error.message.clone()),
        None => ("BAD_USER_INPUT", error.message.clone()),
    };
    error.message = message;
    error.source = None;
    error.extensions.get_or_insert_default().set("code", code);
}

fn client_view(failure: Failure) -> (&'static str, String) {
    match failure {
        Failure::Client(error) => (error.code, error.message),
        Failure::Internal => (INTERNAL, "internal server error".into()),
    }
}
