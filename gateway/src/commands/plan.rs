//! `gateway plan`: how an operation would be answered, without answering it.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use apollo_compiler::ast::{Definition, Document};
use gateway::operation::selection::Operation;
use gateway::operation::{self, Deferring, Limits, RequestError};
use gateway::planning;
use gateway::supergraph::Supergraph;

use super::{Failure, print};

/// Print the query plan of an operation: which subgraph is asked what, and in which order.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  echo '{ me { name } }' | gateway plan --supergraph supergraph.graphql\n  \
    gateway plan --supergraph supergraph.graphql --operation operation.graphql --format json\n\n\
    Ends with 1 when an operation is not valid or has no plan. A file with several operations gets a plan for each."
)]
pub struct Arguments {
    /// The supergraph (join-spec SDL).
    #[arg(long, value_name = "FILE")]
    supergraph: PathBuf,
    /// The operation; `-` is standard input.
    #[arg(long, value_name = "FILE", default_value = "-")]
    operation: PathBuf,
    /// Only the operation of this name.
    #[arg(long, value_name = "NAME")]
    operation_name: Option<String>,
    /// How the plan is printed.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Format {
    /// The notation of federation users.
    Text,
    /// One JSON value for each operation.
    Json,
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let sdl = read(&arguments.supergraph)?;
    let supergraph = Supergraph::parse(&sdl).map_err(|error| {
        Failure::WrongUse(format!(
            "{}: {error}\nnext: give a composed supergraph",
            arguments.supergraph.display()
        ))
    })?;
    let text = read(&arguments.operation)?;
    let names = match &arguments.operation_name {
        Some(name) => vec![Some(name.clone())],
        None => operation_names(&text),
    };
    let mut refused = Vec::new();
    for name in &names {
        match plan(&supergraph, &text, name.as_deref(), arguments.format) {
            Ok(plan) => print(&format!("{plan}\n"))?,
            Err(reasons) => refused.push(reasons),
        }
    }
    if refused.is_empty() { Ok(()) } else { Err(Failure::No(refused.join("\n"))) }
}

fn plan(supergraph: &Supergraph, text: &str, name: Option<&str>, format: Format) -> Result<String, String> {
    let operation = normalize(supergraph, text, name).map_err(|errors| {
        let described = errors.iter().map(|error| {
            let place = error.locations.first();
            let place = place.map(|place| format!("{}:{}: ", place.line, place.column)).unwrap_or_default();
            format!("{place}{} {}", error.code, error.message)
        });
        described.collect::<Vec<_>>().join("\n")
    })?;
    let plan = planning::plan(supergraph, operation).map_err(|error| format!("{} {error}", error.code()))?;
    Ok(match format {
        Format::Text => plan.display(supergraph).to_string(),
        Format::Json => plan.to_json(supergraph).to_string(),
    })
}

/// With what is deferred, where something is: then for the default values of the Boolean variables.
fn normalize(
    supergraph: &Supergraph,
    text: &str,
    name: Option<&str>,
) -> Result<Arc<Operation>, Vec<RequestError>> {
    let limits = Limits::default();
    let deferring = Deferring::On(&BTreeMap::new());
    let in_parts = operation::normalize_in_parts(supergraph, text, name, &limits, deferring)?;
    match in_parts.defers.is_empty() {
        true => operation::normalize(supergraph, text, name, &limits),
        false => Ok(in_parts),
    }
}

/// The names of the document's operations; one unnamed when there is at most one, or when it is not GraphQL.
fn operation_names(text: &str) -> Vec<Option<String>> {
    let document = Document::parse(text, "operation.graphql").unwrap_or_else(|invalid| invalid.partial);
    let names: Vec<_> = (document.definitions.iter())
        .filter_map(|definition| match definition {
            Definition::OperationDefinition(operation) => {
                Some(operation.name.as_ref().map(ToString::to_string))
            }
            _ => None,
        })
        .collect();
    if names.len() > 1 { names } else { vec![None] }
}

/// Reads a file, or standard input for `-`.
fn read(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(path)
    };
    read.map_err(|error| {
        Failure::WrongUse(format!("cannot read {}: {error}\nnext: give an existing file", path.display()))
    })
}
