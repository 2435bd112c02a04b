//! Root fields that change something. Expected failures are members of each payload union.

mod files;
mod runs;
mod sources;
mod uploads;

use async_graphql::MergedObject;
use service::error::Result;

/// The root of all mutations.
#[derive(MergedObject, Default)]
pub struct Mutation(sources::SourceMutation, runs::RunMutation, files::FileMutation, uploads::UploadMutation);

/// A member of a payload union as the answer. Answers may be null, so that an error of one mutation leaves the others alone.
fn payload<P>(member: impl Into<P>) -> Result<Option<P>> {
    Ok(Some(member.into()))
}
