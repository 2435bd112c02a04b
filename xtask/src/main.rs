//! The project's own commands: `cargo xtask test` runs everything that CI runs, `cargo xtask contract` writes `schema/`,
//! `cargo xtask servers` starts the real servers of the tests.

mod browser;
mod interrupts;
mod programs;
mod servers;
mod steps;

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
