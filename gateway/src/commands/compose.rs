//! `gateway compose`: subgraph schemas to a supergraph, or every reason why there is none.

use std::path::PathBuf;

use gateway::checks::describe;
use gateway::composition::diagnostic::Severity;
use gateway::composition::{SubgraphSchema, compose_linked};
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
    /// Where to write the supergraph; standard output when not given.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let ComposeFile { subgraphs, links } =
        config::load_compose_file(&arguments.config).map_err(Failure::wrong_use)?;
    let links = match &arguments.access {
        Some(file) => Some(config::load_access_file(file).map_err(Failure::wrong_use)?),
        None => links,
    };
    let composition = compose_linked(subgraphs.iter().map(schema).collect(), links.as_ref());
    let texts = subgraphs.iter().map(text).collect();
    for diagnostic in &composition.diagnostics {
        say(&describe(diagnostic, &texts));
    }
    let Some(sdl) = composition.supergraph_sdl else {
        let count = composition.diagnostics.iter().filter(|found| found.severity == Severity::Error).count();
        return Err(Failure::No(format!(
            "no supergraph: {count} errors, listed above\nnext: correct the schemas"
        )));
    };
    match &arguments.out {
        None => print(&sdl),
        Some(path) => write_whole(path, &sdl)
            .map_err(|error| Failure::WrongUse(format!("cannot write {}: {error}", path.display()))),
    }
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
