//! What `cargo run` starts.

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use standalone::arguments::{Arguments, Command};
use standalone::stores_folder::OpenStores;
use standalone::system::System;
use standalone::{banner, contract, seeding};

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<()> {
    match &arguments.command {
        Some(Command::Contract { write: true, folder }) => contract::write(folder),
        Some(Command::Contract { write: false, folder }) => contract::compare(folder),
        None => serve(arguments).await,
    }
}

/// Waits for Ctrl-C or SIGTERM.
async fn end_of_service() -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminated.recv() => {}
    }
    Ok(())
}

async fn serve(arguments: Arguments) -> Result<()> {
    gateway::server::install_crypto();
    service::start_logs();
    let stores = OpenStores::open(&arguments.data).await?;
    let made = seeding::seed(&stores, &arguments.data, arguments.documents).await?;
    let system = System::start(stores, &arguments.data, arguments.port, arguments.in_process).await?;
    println!("{}", banner::text(&system.url(), &arguments.data, made));
    end_of_service().await?;
    eprintln!("ending");
    system.stop().await
}
