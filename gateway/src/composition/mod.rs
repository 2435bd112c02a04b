//! Subgraph schemas to one supergraph, or every reason why there is none. Pure: text in, text out.
//!
//! The files follow the algorithm: [`ingest`] reads each subgraph, `federation1` brings old schemas up to date,
//! [`validate`] checks each by itself, [`merge`] makes one set of types, `validate_merged` checks the whole, [`emit`]
//! writes it as join-spec SDL. Every finding is a [`Diagnostic`]; nothing stops at the first.

pub mod codes;
pub mod diagnostic;
mod emit;
mod federation1;
mod ingest;
mod merge;
mod merged;
pub mod satisfiability;
mod subgraph;
mod validate;
mod validate_merged;

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
pub fn compose(mut schemas: Vec<SubgraphSchema>) -> Composition {
    schemas.sort_by(|a, b| a.name.cmp(&b.name));
    let mut diagnostics = Diagnostics::default();
    check_names(&schemas, &mut diagnostics);
    let mut subgraphs: Vec<_> =
        schemas.iter().filter_map(|schema| ingest::ingest(schema, &mut diagnostics)).collect();
    federation1::upgrade(&mut subgraphs, &mut diagnostics);
    for subgraph in &subgraphs {
        validate::validate(subgraph, &mut diagnostics);
    }
    // Merging schemas that break their own rules would tell every mistake twice.
    if diagnostics.has_errors() {
        return refuse(diagnostics);
    }
    let merged = merge::merge(&subgraphs, &mut diagnostics);
    validate_merged::validate(&subgraphs, &merged, &mut diagnostics);
    if diagnostics.has_errors() {
        return refuse(diagnostics);
    }
    let sdl = emit::emit(&merged);
    validate_merged::validate_text(&subgraphs, &merged, &sdl, &mut diagnostics);
    if diagnostics.has_errors() {
        return refuse(diagnostics);
    }
    Composition { supergraph_sdl: Some(sdl), diagnostics: diagnostics.finish() }
}

fn refuse(diagnostics: Diagnostics) -> Composition {
    Composition { supergraph_sdl: None, diagnostics: diagnostics.finish() }
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
