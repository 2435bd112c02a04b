//! `gateway compose`: subgraph schemas to a supergraph, or every reason why there is none.

use std::path::PathBuf;

use gateway::composition::diagnostic::{Diagnostic, Severity};
use gateway::composition::{SubgraphSchema, compose};
use gateway::config::{self, ComposedSubgraph};

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
    /// Where to write the supergraph; standard output when not given.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let subgraphs = config::load_compose_file(&arguments.config).map_err(Failure::wrong_use)?;
    let composition = compose(subgraphs.iter().map(schema).collect());
    for diagnostic in &composition.diagnostics {
        say(&describe(diagnostic, &subgraphs));
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

fn schema(subgraph: &ComposedSubgraph) -> SubgraphSchema {
    let ComposedSubgraph { name, url, sdl, .. } = subgraph.clone();
    SubgraphSchema { name, url, sdl }
}

/// A finding in the form that editors jump from: `file:line:column: severity CODE: message`, then the line itself.
fn describe(found: &Diagnostic, subgraphs: &[ComposedSubgraph]) -> String {
    let severity = match found.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "hint",
    };
    let mut places = found.places.iter().filter_map(|place| {
        let subgraph = subgraphs.iter().find(|subgraph| subgraph.name == place.subgraph)?;
        let file = subgraph.file.as_ref().map_or(subgraph.name.clone(), |file| file.display().to_string());
        let line = subgraph.sdl.lines().nth(place.start.line - 1).unwrap_or_default();
        Some((format!("{file}:{}:{}", place.start.line, place.start.column), line.trim()))
    });
    let head = format!("{severity} {}: {}", found.code, found.message);
    let mut text = match places.next() {
        Some((place, line)) => format!("{place}: {head}\n    {line}"),
        None if found.subgraphs.is_empty() => head,
        None => format!("[{}] {head}", found.subgraphs.join(", ")),
    };
    for (place, line) in places {
        text.push_str(&format!("\n  and {place}:\n    {line}"));
    }
    if !found.help.is_empty() {
        text.push_str(&format!("\n  help: {}", found.help));
    }
    text
}
