//! Subgraph schemas to one supergraph, or every reason why there is none. Pure: text in, text out.
//!
//! The files follow the algorithm: [`ingest`] reads each subgraph, `federation1` brings old schemas up to date,
//! [`validate`] checks each by itself, [`merge`] makes one set of types, `validate_merged` checks the whole, `entity_links`
//! who has whose entities, [`emit`] writes it as join-spec SDL. Every finding is a [`Diagnostic`]; nothing stops at the first.

mod access;
pub mod codes;
pub mod diagnostic;
mod emit;
mod entity_links;
mod federation1;
mod ingest;
mod merge;
mod merged;
pub mod satisfiability;
mod subgraph;
mod validate;
mod validate_merged;

pub use self::entity_links::{EntityLink, EntityLinks};

use self::diagnostic::{Diagnostic, Diagnostics, Site};

/// One subgraph as it comes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubgraphSchema {
    /// Its name; becomes a value of `join__Graph`.
    pub name: String,
    /// Its routing URL; may be empty.
    pub url: String,
    /// Its schema.
    pub sdl: String,
}

/// What composition makes of a set of subgraphs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composition {
    /// The supergraph; there is one exactly when no diagnostic is an error.
    pub supergraph_sdl: Option<String>,
    /// Everything there is to say, errors first.
    pub diagnostics: Vec<Diagnostic>,
}

/// Composes subgraphs. The result does not depend on their order.
pub fn compose(schemas: Vec<SubgraphSchema>) -> Composition {
    compose_linked(schemas, None)
}

/// The same where links between subgraphs are declared: a subgraph may then refer to and extend only those entities of others
/// that a link names.
pub fn compose_linked(mut schemas: Vec<SubgraphSchema>, links: Option<&EntityLinks>) -> Composition {
    schemas.sort_by(|a, b| a.name.cmp(&b.name));
    let mut diagnostics = Diagnostics::default();
    let supergraph_sdl = run(&schemas, links, &mut diagnostics);
    Composition { supergraph_sdl, diagnostics: diagnostics.finish() }
}

/// The steps. Each looks at everything; the next begins only where the one before found no error, as it would tell the
/// same mistakes again.
fn run(
    schemas: &[SubgraphSchema],
    links: Option<&EntityLinks>,
    diagnostics: &mut Diagnostics,
) -> Option<String> {
    check_names(schemas, diagnostics);
    let mut subgraphs: Vec<_> =
        schemas.iter().filter_map(|schema| ingest::ingest(schema, diagnostics)).collect();
    federation1::upgrade(&mut subgraphs, diagnostics);
    for subgraph in &subgraphs {
        validate::validate(subgraph, diagnostics);
    }
    diagnostics.none_is_an_error()?;
    let merged = merge::merge(&subgraphs, diagnostics);
    validate_merged::validate(&subgraphs, &merged, diagnostics);
    if let Some(links) = links {
        entity_links::check(&subgraphs, links, diagnostics);
    }
    diagnostics.none_is_an_error()?;
    let sdl = emit::emit(&merged);
    validate_merged::validate_text(&subgraphs, &merged, &sdl, diagnostics);
    diagnostics.none_is_an_error()?;
    validate_merged::validate_answers(&subgraphs, &sdl, diagnostics);
    diagnostics.none_is_an_error()?;
    Some(sdl)
}

fn check_names(schemas: &[SubgraphSchema], diagnostics: &mut Diagnostics) {
    let site = |schema: &SubgraphSchema| Site { subgraph: schema.name.as_str().into(), span: None };
    for schema in schemas.iter().filter(|schema| schema.name.trim().is_empty()) {
        let message = "a subgraph has no name";
        diagnostics.report(codes::INVALID_SUBGRAPH_NAME, message, [site(schema)]);
    }
    for pair in schemas.windows(2).filter(|pair| pair[0].name == pair[1].name) {
        let message = format!("two subgraphs are named \"{}\"", pair[0].name);
        diagnostics.report(codes::INVALID_SUBGRAPH_NAME, message, [site(&pair[0])]);
    }
}
