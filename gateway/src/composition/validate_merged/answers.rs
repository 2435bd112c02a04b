//! Satisfiability of the finished supergraph, told as diagnostics.

use super::locate;
use crate::composition::codes::{self, Code};
use crate::composition::diagnostic::{Diagnostics, Site};
use crate::composition::satisfiability::{self, Problem, Step};
use crate::composition::subgraph::Subgraph;
use crate::supergraph::Supergraph;

/// Reports every field that some query can ask for and no subgraph can answer there.
pub(crate) fn check(subgraphs: &[Subgraph], sdl: &str, diagnostics: &mut Diagnostics) {
    let supergraph = match Supergraph::parse(sdl) {
        Ok(supergraph) => supergraph,
        Err(error) => {
            let message = format!("the supergraph could not be loaded: {error}");
            return diagnostics.report(codes::INVALID_GRAPHQL, message, []);
        }
    };
    for found in satisfiability::check_and_remark(&supergraph) {
        let step = found.path.last();
        let sites = step.map_or_else(Vec::new, |step| sites(subgraphs, step));
        diagnostics.report(code(found.kind), found.message(&supergraph), sites);
    }
}

/// Where the field is declared; if an interface object brings it to the type, there.
fn sites(subgraphs: &[Subgraph], step: &Step) -> Vec<Site> {
    let (ty, field) = (step.type_name.as_str(), step.field.as_str());
    let mut found = locate::sites(subgraphs, &[ty, field]);
    if found.is_empty() {
        for subgraph in subgraphs {
            let objects = subgraph.types.values().filter(|ty| ty.is_interface_object);
            let fields = objects.filter_map(|object| object.fields.get(field));
            found.extend(fields.map(|field| subgraph.site(field.span)));
        }
    }
    found
}

fn code(problem: Problem) -> Code {
    match problem {
        Problem::NotAnswered => codes::SATISFIABILITY_ERROR,
        Problem::MismatchedRuntimeTypes => codes::SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES,
        Problem::DifferingRuntimeTypes => codes::INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN,
        Problem::BudgetExceeded => codes::MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED,
    }
}
