//! The `main` of every server: command line, settings, logs, signals.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use serde::de::DeserializeOwned;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

use crate::server::{Server, serve};
use crate::settings::{SettingsError, load};

/// Runs a server by its command line: `--sdl` prints the schema and ends; otherwise it serves until SIGINT or SIGTERM.
/// Exit codes: 0 fine, 1 it could not start or failed, 2 wrong use or wrong settings.
pub fn run_main<S, F, Fut>(name: &'static str, sdl: fn() -> String, build: F) -> ExitCode
where
    S: DeserializeOwned,
    F: FnOnce(S) -> Fut,
    Fut: Future<Output = anyhow::Result<Server>>,
{
    let matches = command(name).get_matches();
    if matches.get_flag("sdl") {
        print!("{}", sdl());
        return ExitCode::SUCCESS;
    }
    match run(name, &matches, build) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{name}: {error:#}");
            ExitCode::from(if error.is::<SettingsError>() { 2 } else { 1 })
        }
    }
}

fn command(name: &'static str) -> Command {
    let example = format!(
        "Example:\n  {name} --config {name}.yaml\n  {name} --sdl > {name}.graphql\n\nEvery setting can also be given as \
         an environment variable, for example\n  KNLAB_{}_SERVER__LISTEN=127.0.0.1:4101",
        name.to_uppercase()
    );
    Command::new(name)
        .about(format!("The {name} server of Knlab: one subgraph of the public GraphQL API"))
        .after_help(example)
        .arg(
            Arg::new("config")
                .long("config")
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help("The settings, in YAML"),
        )
        .arg(
            Arg::new("sdl")
                .long("sdl")
                .action(ArgAction::SetTrue)
                .help("Print the schema (federation SDL) and end"),
        )
}

#[tokio::main]
async fn run<S, F, Fut>(name: &'static str, matches: &ArgMatches, build: F) -> anyhow::Result<()>
where
    S: DeserializeOwned,
    F: FnOnce(S) -> Fut,
    Fut: Future<Output = anyhow::Result<Server>>,
{
    let file = matches.get_one::<PathBuf>("config");
    let settings = load(name, file.map(PathBuf::as_path), std::env::vars())?;
    start_logs();
    let server = build(settings).await?;
    let address = server.listen;
    let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
    let shutdown = CancellationToken::new();
    tokio::spawn(cancel_on_signal(shutdown.clone()));
    serve(server, listener, shutdown).await
}

/// Structured logs on standard error, one JSON object a line; `RUST_LOG` chooses what, `info` by default.
pub fn start_logs() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let logs = tracing_subscriber::fmt()
        .json()
        .with_span_list(false)
        .with_writer(std::io::stderr)
        .with_env_filter(filter);
    // A process that already has logs (standalone, tests) keeps them.
    let _ = logs.try_init();
}

async fn cancel_on_signal(shutdown: CancellationToken) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    shutdown.cancel();
}
