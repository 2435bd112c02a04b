//! Subgraph schemas to one supergraph, or every reason why there is none. Pure: text in, text out.
//!
//! The files follow the algorithm: [`ingest`] reads each subgraph, `federation1` brings old schemas up to date,
//! [`validate`] checks each by itself, [`merge`] makes one set of types, `validate_merged` checks the whole, `entity_links`
//! who has whose entities, `contract` hides what a public schema is not to hold, [`emit`] writes it as join-spec SDL. Every finding is a [`Diagnostic`]; nothing stops at the first.

mod access;
pub mod codes;
mod contract;
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

pub use self::contract::{Contract, ContractError};
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

/// What a supergraph has to keep besides the rules of the specification.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terms<'a> {
    /// Declared links: subgraphs may then refer to and extend only those entities of others that a link names.
    pub links: Option<&'a EntityLinks>,
    /// Which part of the supergraph is public.
    pub contract: Option<&'a Contract>,
}

/// What composition makes of a set of subgraphs: a supergraph, or the reasons why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Composition {
    /// The subgraphs fit together.
    Composed {
        /// The supergraph.
        supergraph_sdl: String,
        /// Remarks that refuse nothing, warnings first.
        hints: Vec<Diagnostic>,
    },
    /// They do not.
    Refused {
        /// Every error, then the remarks made before it was given up.
        diagnostics: Vec<Diagnostic>,
    },
}

impl Composition {
    /// The supergraph, if there is one.
    pub fn supergraph_sdl(&self) -> Option<&str> {
        match self {
            Composition::Composed { supergraph_sdl, .. } => Some(supergraph_sdl),
            Composition::Refused { .. } => None,
        }
    }

    /// The supergraph alone, or everything there is to say.
    ///
    /// # Errors
    /// The diagnostics, where the subgraphs do not fit together.
    pub fn into_supergraph_sdl(self) -> Result<String, Vec<Diagnostic>> {
        match self {
            Composition::Composed { supergraph_sdl, .. } => Ok(supergraph_sdl),
            Composition::Refused { diagnostics } => Err(diagnostics),
        }
    }

    /// Everything there is to say, errors first.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        match self {
            Composition::Composed { hints, .. } => hints,
            Composition::Refused { diagnostics } => diagnostics,
        }
    }
}

/// Composes subgraphs. The result does not depend on their order.
pub fn compose(schemas: Vec<SubgraphSchema>) -> Composition {
    compose_on(schemas, Terms::default())
}

/// The same on terms.
pub fn compose_on(mut schemas: Vec<SubgraphSchema>, terms: Terms) -> Composition {
    schemas.sort_by(|a, b| a.name.cmp(&b.name));
    let mut diagnostics = Diagnostics::default();
    match run(&schemas, terms, &mut diagnostics) {
        Some(supergraph_sdl) => Composition::Composed { supergraph_sdl, hints: diagnostics.finish() },
        None => Composition::Refused { diagnostics: diagnostics.finish() },
    }
}

/// The steps. Each looks at everything; the next begins only where the one before found no error, as it would tell the
/// same mistakes again.
fn run(schemas: &[SubgraphSchema], terms: Terms, diagnostics: &mut Diagnostics) -> Option<String> {
    check_names(schemas, diagnostics);
    let mut subgraphs: Vec<_> =
        schemas.iter().filter_map(|schema| ingest::ingest(schema, diagnostics)).collect();
    federation1::upgrade(&mut subgraphs, diagnostics);
    for subgraph in &subgraphs {
        validate::validate(subgraph, diagnostics);
    }
    diagnostics.none_is_an_error()?;
    let mut merged = merge::merge(&subgraphs, diagnostics);
    validate_merged::validate(&subgraphs, &merged, diagnostics);
    if let Some(links) = terms.links {
        entity_links::check(&subgraphs, links, diagnostics);
    }
    diagnostics.none_is_an_error()?;
    if let Some(contract) = terms.contract {
        contract::apply(&subgraphs, contract, &mut merged, diagnostics);
        validate_merged::validate_contract(&subgraphs, &merged, diagnostics);
        diagnostics.none_is_an_error()?;
    }
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
