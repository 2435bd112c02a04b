//! The project's own commands: `cargo xtask test` runs everything that CI runs, `cargo xtask contract` writes `schema/`,
//! `cargo xtask servers` starts the real servers of the tests, `cargo xtask compare-composers` asks other composers.

mod browser;
mod composers;
mod differential;
mod interrupts;
mod programs;
mod servers;
mod steps;
mod suites;
mod validators;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Knlab's own commands.
#[derive(Parser)]
#[command(name = "cargo xtask", after_help = "Example: cargo xtask test")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs everything: format, lints, dependencies, unit, contract and end-to-end tests, GraphiQL in a browser.
    #[command(
        after_help = "Example: cargo xtask test --only lints\nInstalls what is missing (cargo-deny, Chromium, Node.js) \
                            from packages; says which."
    )]
    Test {
        /// Runs this step only; give a wrong name to see all names.
        #[arg(long)]
        only: Option<String>,
    },
    /// Writes `schema/` (subgraph SDLs, supergraph, public API schema) from the code.
    #[command(after_help = "Example: cargo xtask contract && git diff schema/")]
    Contract,
    /// Runs two other composers beside ours over the cases of `gateway/tests/composition`.
    #[command(
        after_help = "Example: cargo xtask compare-composers && git diff gateway/tests/composition/expected\n\
                            Fetches them from npm, records what they say beside each case, and compares."
    )]
    CompareComposers {
        /// Records only cases whose `RULE/CASE` holds this.
        #[arg(long)]
        only: Option<String>,
    },
    /// Runs another validator beside ours over the cases of `gateway/tests/planning/validation`.
    #[command(
        after_help = "Example: cargo xtask compare-validation && git diff gateway/tests/planning/validation\n\
                            Fetches graphql-js from npm, records its verdicts, and compares."
    )]
    CompareValidation,
    /// Compares the engine's answers with a monolith's over random schemas, data and operations; 100,000 take minutes.
    #[command(
        after_help = "Example: cargo xtask differential --operations 100000\n         cargo xtask differential --seed 17\n\
                            A failure prints its seed and the smallest schema and operation that shows it."
    )]
    Differential {
        /// How many operations.
        #[arg(long, default_value_t = 100_000)]
        operations: usize,
        /// Only the schema of this seed.
        #[arg(long)]
        seed: Option<u64>,
    },
    /// Breaks each server and each store in turn under load and prints the table of what that does; some minutes.
    #[command(
        after_help = "Example: cargo xtask faults\n         cargo xtask faults hung\nStarts servers and real stores of its own."
    )]
    Faults {
        /// Only rows whose name has this in it, e.g. `hung` or `auth`.
        only: Option<String>,
    },
    /// Tries every cell of the access matrix on real stores, prints the table of what happened, and uses all programs there.
    #[command(
        after_help = "Example: sudo cargo xtask access\nStarts stores of its own, in networks and with users as compose.yaml has \
                      them. Needs root for that; installs what is missing from packages."
    )]
    Access,
    /// Kills admin, common, MariaDB and the search engine while documents stream in, and prints what was lost or doubled.
    #[command(
        after_help = "Example: cargo xtask kills\n         KNLAB_TEST_SEED=9 cargo xtask kills --each 5\nStarts servers and real \
                            stores of its own; about a quarter of an hour. The seed is printed."
    )]
    Kills {
        /// How often each is killed.
        #[arg(long, default_value_t = 20)]
        each: usize,
    },
    /// Measures search over many documents: ingest, searches beside the bare engine, rebuilds; half an hour with the build.
    #[command(
        after_help = "Example: cargo xtask bench-search --documents 10000\nBuilds for release; starts a MariaDB and an \
                            Elasticsearch of its own unless KNLAB_TEST_MYSQL_URL and KNLAB_TEST_ELASTICSEARCH_URL name them."
    )]
    BenchSearch {
        /// How many documents.
        #[arg(long, default_value_t = 100_000)]
        documents: u64,
    },
    /// Runs a command with the real servers that tests need (MariaDB), which are gone afterwards.
    #[command(
        after_help = "Example: cargo xtask servers -- cargo test -p stores\nInstalls what is missing from packages; says which. \
                      A server that the environment names (KNLAB_TEST_MYSQL_URL, …) is used and left running."
    )]
    Servers {
        /// What to run.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true, value_name = "COMMAND")]
        command: Vec<String>,
    },
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Test { only } => steps::run(only.as_deref()),
        Command::CompareComposers { only } => composers::compare(only.as_deref()),
        Command::CompareValidation => validators::compare(),
        Command::Differential { operations, seed } => differential::compare(operations, seed),
        Command::Faults { only } => steps::faults(only.as_deref()),
        Command::Access => steps::access(),
        Command::Kills { each } => steps::kills(each),
        Command::BenchSearch { documents } => steps::bench_search(documents),
        Command::Servers { command } => servers::run(&command),
        Command::Contract => {
            programs::cargo(&["run", "--quiet", "--package", "standalone", "--", "contract", "--write"])
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
