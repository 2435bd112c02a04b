//! From the text of one subgraph's schema to the model that is validated and merged.

mod applied;
mod build;
mod compose_directive;
pub(crate) mod federation_spec;
mod language;
mod links;
mod machinery;
mod redefinition;
mod roots;

use std::sync::Arc;

use apollo_compiler::ast::Document;

use super::SubgraphSchema;
use super::diagnostic::{Diagnostics, Site};
use super::subgraph::Subgraph;

/// Reads one subgraph. `None` when it is not valid GraphQL: its rules can then not be checked further.
pub(crate) fn ingest(schema: &SubgraphSchema, diagnostics: &mut Diagnostics) -> Option<Subgraph> {
    let site = Site { subgraph: Arc::from(schema.name.as_str()), span: None };
    let path = format!("{}.graphql", schema.name);
    let document = match Document::parse(schema.sdl.as_str(), path) {
        Ok(document) => document,
        Err(invalid) => {
            diagnostics.add_sources(&invalid.partial.sources);
            language::report(&invalid.errors, diagnostics, &site);
            return None;
        }
    };
    diagnostics.add_sources(&document.sources);
    let links = links::read(&document, diagnostics, &site);
    let document = machinery::remove(&document, &links, diagnostics, &site)?;
    if !language::check(&document, &links, diagnostics, &site) {
        return None;
    }
    let document = roots::rename(document, diagnostics, &site);
    let mut subgraph = build::build(&document, &links, diagnostics, &site);
    subgraph.url.clone_from(&schema.url);
    compose_directive::read(&document, &links, &mut subgraph, diagnostics);
    Some(subgraph)
}
