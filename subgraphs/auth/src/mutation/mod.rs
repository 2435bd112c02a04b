//! What changes: one file per subject. Expected failures are members of each payload union.

mod api_keys;
mod password;
mod service_clients;
mod session;
mod session_payloads;
mod signing_keys;
mod user_payloads;
mod users;

use async_graphql::MergedObject;

/// What can be changed.
#[derive(MergedObject, Default)]
pub struct Mutation(
    session::SessionMutation,
    password::PasswordMutation,
    users::UserMutation,
    api_keys::ApiKeyMutation,
    service_clients::ServiceClientMutation,
    signing_keys::SigningKeyMutation,
);
