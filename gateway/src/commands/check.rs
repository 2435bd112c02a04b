//! `gateway check`: what a CI asks before a deploy.

use std::path::PathBuf;

use gateway::checks::{self, CheckRequest};

use super::{Failure, print};

/// Check schemas before a deploy: do they compose, what breaks for clients, does every known operation still work.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  gateway check --base git:origin/main --head schema --operations 'schema/operations/*.graphql'\n  \
    gateway check --base deployed/ --head schema/ --format json\n\n\
    A folder holds supergraph.yaml or *.graphql (one subgraph a file); a supergraph.yaml or a supergraph may be named too.\n\
    git:REF reads a commit, at the other side's path unless git:REF:PATH names one.\n\
    Ends with 0 when the head may be deployed, with 1 when not: it does not compose, a change breaks clients, or a known\n\
    operation no longer validates or plans."
)]
pub struct Arguments {
    /// What clients rely on now.
    #[arg(long, value_name = "DIR")]
    base: String,
    /// What is to be deployed.
    #[arg(long, value_name = "DIR")]
    head: String,
    /// The files of the operations that clients send.
    #[arg(long, value_name = "GLOB")]
    operations: Option<String>,
    /// Declares whose entities are whose (TOML, table `entities`); the head may then use none without a link. The key `access`
    /// of the head's supergraph.yaml says the same.
    #[arg(long, value_name = "FILE")]
    access: Option<PathBuf>,
    /// How the verdict is printed.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs: one JSON value.
    Json,
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let request = CheckRequest {
        base: arguments.base.clone(),
        head: arguments.head.clone(),
        operations: arguments.operations.clone(),
        access: arguments.access.clone(),
        folder: PathBuf::new(),
    };
    let report = checks::check(&request).map_err(Failure::wrong_use)?;
    match arguments.format {
        Format::Text => print(&report.to_text())?,
        Format::Json => print(&format!("{}\n", report.to_json()))?,
    }
    // The verdict has been printed.
    if report.is_fine() { Ok(()) } else { Err(Failure::No(String::new())) }
}
