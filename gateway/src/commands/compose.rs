//! `gateway compose`: subgraph schemas to a supergraph, or every reason why there is none.

use std::path::PathBuf;

use gateway::checks::describe;
use gateway::composition::diagnostic::Severity;
use gateway::composition::{Composition, Contract, SubgraphSchema, compose_on};
use gateway::config::{self, ComposeFile, ComposedSubgraph};

use super::{Failure, print, say};

/// Compose subgraph schemas into a supergraph (join-spec SDL).
#[derive(clap::Args)]
#[command(after_help = "Example:\n  gateway compose --config supergraph.yaml --out supergraph.graphql\n\n\
    supergraph.yaml (the format of `rover supergraph compose`):\n  subgraphs:\n    products:\n      \
    routing_url: http://localhost:4001/graphql\n      schema:\n        file: ./products.graphql\n\n\
    Ends with 1 and every reason when the subgraphs do not fit together.")]
pub struct Arguments {
    /// The file that lists the subgraphs.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Declares whose entities are whose (TOML, table `entities`); then no subgraph may use another's without a link. The
    /// key `access` of the file above says the same.
    #[arg(long, value_name = "FILE")]
    access: Option<PathBuf>,
    /// Makes only what has this tag public (may be repeated); with the next two in place of the key `contract` of the file above.
    #[arg(long, value_name = "TAG")]
    include_tag: Vec<String>,
    /// Hides what has this tag (may be repeated).
    #[arg(long, value_name = "TAG")]
    exclude_tag: Vec<String>,
    /// Hides types that no query can come to.
    #[arg(long)]
    hide_unreachable_types: bool,
    /// Where to write the supergraph; standard output when not given.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let file = read(arguments)?;
    let texts = file.subgraphs.iter().map(text).collect();
    let composition = compose_on(file.subgraphs.iter().map(schema).collect(), file.terms());
    for diagnostic in composition.diagnostics() {
        say(&describe(diagnostic, &texts));
    }
    let sdl = match composition {
        Composition::Composed { supergraph_sdl, .. } => supergraph_sdl,
        Composition::Refused { diagnostics } => {
            let count = diagnostics.iter().filter(|found| found.severity == Severity::Error).count();
            return Err(Failure::No(format!(
                "no supergraph: {count} errors, listed above\nnext: correct the schemas"
            )));
        }
    };
    match &arguments.out {
        None => print(&sdl),
        Some(path) => write_whole(path, &sdl)
            .map_err(|error| Failure::WrongUse(format!("cannot write {}: {error}", path.display()))),
    }
}

/// The file, with what the arguments say in place of what it says.
fn read(arguments: &Arguments) -> Result<ComposeFile, Failure> {
    let mut file = config::load_compose_file(&arguments.config).map_err(Failure::wrong_use)?;
    if let Some(access) = &arguments.access {
        file.links = Some(config::load_access_file(access).map_err(Failure::wrong_use)?);
    }
    let Arguments { include_tag, exclude_tag, hide_unreachable_types, .. } = arguments;
    if !include_tag.is_empty() || !exclude_tag.is_empty() || *hide_unreachable_types {
        let contract = Contract::new(include_tag.clone(), exclude_tag.clone(), *hide_unreachable_types);
        file.contract = Some(contract.map_err(Failure::wrong_use)?);
    }
    Ok(file)
}

/// Replaces a file at once, so that a gateway that watches it never reads half of it.
fn write_whole(path: &std::path::Path, text: &str) -> std::io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let beside = path.with_file_name(name);
    std::fs::write(&beside, text)?;
    std::fs::rename(&beside, path)
}

/// What diagnostics of a subgraph are about: its file and its text.
fn text(subgraph: &ComposedSubgraph) -> (String, (String, String)) {
    let file =
        subgraph.file.as_ref().map_or_else(|| subgraph.name.clone(), |file| file.display().to_string());
    (subgraph.name.clone(), (file, subgraph.sdl.clone()))
}

fn schema(subgraph: &ComposedSubgraph) -> SubgraphSchema {
    let ComposedSubgraph { name, url, sdl, .. } = subgraph.clone();
    SubgraphSchema { name, url, sdl }
}
