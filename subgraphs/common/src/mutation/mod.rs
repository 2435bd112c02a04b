//! The root fields for writing, by what they are about. Expected failures are data: members of each payload's union.

mod bookmark;
mod category;
mod code;
mod document;
mod ingest;
mod organization;
mod saved_search;

use async_graphql::{Context, MergedObject};
use service::{Caller, Role, User, caller, require};

/// What can be written.
#[derive(MergedObject, Default)]
#[graphql(name = "Mutation")]
pub struct Mutation(
    ingest::Ingests,
    document::Documents,
    bookmark::Bookmarks,
    saved_search::SavedSearches,
    category::Categories,
    organization::Organizations,
    code::Codes,
);

/// Lets operators in, and the admin server: by its own credential, with a service token or, for what it does by itself,
/// without any user.
fn require_ingester(ctx: &Context<'_>) -> service::error::Result<()> {
    let Caller { user, via } = caller(ctx);
    let program = user.as_ref().is_none_or(|user| user.has(Role::Service));
    if via == "admin" && program {
        return Ok(());
    }
    require(ctx, Role::Operator).map(|_| ())
}

/// Lets administrators in, who keep the lists that all share.
fn require_administrator<'a>(ctx: &Context<'a>) -> service::error::Result<&'a User> {
    require(ctx, Role::Administrator)
}

/// Lets people in; programs keep no bookmarks.
fn require_reader<'a>(ctx: &Context<'a>) -> service::error::Result<&'a User> {
    require(ctx, Role::Reader)
}
