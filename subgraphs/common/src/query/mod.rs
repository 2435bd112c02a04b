//! The root fields for reading, by what they are about.

mod catalog;
mod entities;
mod operations;
mod trends;

use async_graphql::MergedObject;

/// What can be read.
#[derive(MergedObject, Default)]
#[graphql(name = "Query")]
pub struct Query(catalog::Catalog, trends::Trends, operations::Operations, entities::Entities);
