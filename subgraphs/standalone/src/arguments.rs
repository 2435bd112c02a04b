//! The command line of `cargo run`.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Knlab in one process: the gateway and its four servers on embedded stores, with sample data.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "knlab",
    after_help = "Examples:\n  cargo run\n  cargo run -- --port 5000\n  cargo run -- --documents 10000 --data /tmp/knlab\n  \
                  cargo run -- contract --write"
)]
pub struct Arguments {
    /// Where the gateway listens on 127.0.0.1; 0 takes a free port.
    #[arg(long, default_value_t = 4000)]
    pub port: u16,
    /// The folder in which everything is kept; made when it is missing.
    #[arg(long, default_value = "data", value_name = "FOLDER")]
    pub data: PathBuf,
    /// How many sample documents an empty folder is filled with (up to 1,000,000).
    #[arg(long, default_value_t = 240, value_parser = clap::value_parser!(u64).range(0..=1_000_000), value_name = "N")]
    pub documents: u64,
    /// The gateway calls the four servers without sockets, through the same HTTP handlers.
    #[arg(long)]
    pub in_process: bool,
    /// Something else than serving.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What else the program does.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Compares `schema/` with the code, or writes it.
    #[command(after_help = "Example: cargo run -- contract --write")]
    Contract {
        /// Writes the files instead of comparing them.
        #[arg(long)]
        write: bool,
        /// The folder of the contract.
        #[arg(long, default_value = "schema", value_name = "FOLDER")]
        folder: PathBuf,
    },
}
