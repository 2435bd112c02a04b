//! The root fields, by what they are about.

mod documents;
mod entities;
mod search;

use async_graphql::MergedObject;

/// What can be read.
#[derive(MergedObject, Default)]
#[graphql(name = "Query")]
pub struct Query(documents::Documents, search::Search, entities::Entities);
