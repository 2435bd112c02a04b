//! The `gateway` binary: parse arguments, call one function. Exit codes: 0 fine, 1 the answer is "no", 2 wrong use.

mod commands;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use commands::{check, compose, plan, serve};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A GraphQL federation gateway: one endpoint in front of many GraphQL servers.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
#[command(after_help = "Exit codes: 0 fine, 1 the answer is \"no\", 2 wrong use.")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Serve(serve::Arguments),
    Compose(compose::Arguments),
    Plan(plan::Arguments),
    Check(check::Arguments),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Compose(arguments) => compose::run(&arguments),
        Command::Plan(arguments) => plan::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
