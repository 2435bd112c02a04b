//! What a CI asks before a deploy: does the head compose, what breaks for clients against the base, and does every known
//! operation still validate and plan.

mod changes;
mod describe;
mod known_operations;
mod operations;
mod report;
mod sources;

use std::path::PathBuf;

pub use self::changes::{Change, Impact, compare};
pub use self::describe::{describe, describe_all};
pub use self::operations::{OperationFinding, OperationStatus, PlanSize};
pub use self::report::Report;

use self::sources::Source;
use crate::composition::diagnostic::{Diagnostic, Severity};
use crate::composition::{Composition, EntityLinks, Terms, compose_on};
use crate::config;
use crate::supergraph::Supergraph;

/// What is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckRequest {
    /// What clients rely on now: a folder, a `supergraph.yaml`, a supergraph, or `git:REF[:PATH]` of one of these.
    pub base: String,
    /// What is to be deployed, in the same forms.
    pub head: String,
    /// Which files hold the operations that clients send.
    pub operations: Option<String>,
    /// The file that declares links between the head's subgraphs, where its own `supergraph.yaml` does not say.
    pub access: Option<PathBuf>,
    /// Where relative paths start, and whose git repository is asked.
    pub folder: PathBuf,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// Something that was named cannot be read.
    #[error(
        "cannot read {what}: {reason}\nnext: give a folder with supergraph.yaml or *.graphql, or git:REF[:FOLDER]"
    )]
    Unreadable {
        /// As it was named.
        what: String,
        /// Why.
        reason: String,
    },
    /// The base does not compose, so there is nothing to compare with.
    #[error("the base {base} does not compose, so nothing can be compared with it:\n{reasons}")]
    Base {
        /// As it was named.
        base: String,
        /// Its diagnostics.
        reasons: String,
    },
    /// No file matches the pattern, or one of them is not GraphQL.
    #[error("the operations {pattern}: {reason}")]
    Operations {
        /// As it was given.
        pattern: String,
        /// Why.
        reason: String,
    },
}

/// Runs the check.
pub fn check(request: &CheckRequest) -> Result<Report, CheckError> {
    let base = sources::read(&request.folder, &request.base, &request.head)?;
    let head = sources::read(&request.folder, &request.head, &request.base)?;
    let links = links(request, &head)?;
    let known = known_operations::read(&request.folder, request.operations.as_deref())?;
    let (base_supergraph, base_diagnostics) = load(&base, None);
    let base_supergraph = base_supergraph.ok_or_else(|| CheckError::Base {
        base: request.base.clone(),
        reasons: describe_all(&base_diagnostics, &base.texts()),
    })?;
    let (head_supergraph, diagnostics) = load(&head, links.as_ref());
    let texts = head.texts();
    let Some(head_supergraph) = head_supergraph else {
        return Ok(Report {
            composes: false,
            diagnostics,
            texts,
            changes: Vec::new(),
            operations: Vec::new(),
        });
    };
    Ok(Report {
        composes: true,
        diagnostics,
        texts,
        changes: compare(base_supergraph.api_schema(), head_supergraph.api_schema()),
        operations: operations::check(&base_supergraph, &head_supergraph, &known),
    })
}

/// The links that the head has to keep. What the base kept is past.
fn links(request: &CheckRequest, head: &Source) -> Result<Option<EntityLinks>, CheckError> {
    let Some(file) = &request.access else {
        return Ok(head.links().cloned());
    };
    let unreadable = |reason: String| CheckError::Unreadable { what: file.display().to_string(), reason };
    if matches!(head, Source::Supergraph(_)) {
        return Err(unreadable(format!(
            "{} is composed already; links are checked on subgraphs",
            request.head
        )));
    }
    config::load_access_file(&request.folder.join(file))
        .map(Some)
        .map_err(|error| unreadable(error.to_string()))
}

/// The supergraph of a source, and what composition said.
fn load(source: &Source, links: Option<&EntityLinks>) -> (Option<Supergraph>, Vec<Diagnostic>) {
    let (sdl, mut diagnostics) = match source {
        Source::Supergraph(sdl) => (Some(sdl.clone()), Vec::new()),
        Source::Subgraphs { subgraphs, contract, .. } => {
            let schemas = subgraphs.iter().map(|subgraph| subgraph.schema.clone()).collect();
            match compose_on(schemas, Terms { links, contract: contract.as_ref() }) {
                Composition::Composed { supergraph_sdl, hints } => (Some(supergraph_sdl), hints),
                Composition::Refused { diagnostics } => (None, diagnostics),
            }
        }
    };
    match sdl.map(|sdl| Supergraph::parse(&sdl)) {
        None => (None, diagnostics),
        Some(Ok(supergraph)) => (Some(supergraph), diagnostics),
        Some(Err(error)) => {
            diagnostics.push(Diagnostic {
                code: "INVALID_FEDERATION_SUPERGRAPH",
                severity: Severity::Error,
                message: error.to_string(),
                subgraphs: Vec::new(),
                places: Vec::new(),
                help: "Give a supergraph that a federation composer wrote.",
            });
            (None, diagnostics)
        }
    }
}
