//! `gateway serve`: loads the supergraph, opens the port, answers until it is told to end.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::PathBuf;

use gateway::config::{self, Environment, LogFormat, LogSettings, Settings};
use gateway::server::{self, EngineSlot, supergraph_file};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

use super::Failure;

/// Serve a supergraph: GraphQL at /graphql, GraphiQL at /, health at /health/live and /health/ready.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  gateway serve --supergraph supergraph.graphql --listen 127.0.0.1:4000\n\n\
    SIGHUP, or a change of the file, loads the supergraph again. SIGTERM and Ctrl-C end in order.\n\
    A subgraph may have several URLs (`subgraphs.NAME.urls`): requests are shared among its replicas, and one that is down or\n\
    hangs is left out until it answers again. /health/ready on `admin_listen` lists them.\n\
    Every key of the configuration file is explained in gateway/gateway.example.yaml."
)]
pub struct Arguments {
    /// The supergraph (join-spec SDL, whoever composed it); else `supergraph` of the configuration.
    #[arg(long, value_name = "FILE")]
    supergraph: Option<PathBuf>,
    /// Where to listen; else `listen` of the configuration.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// The configuration file (YAML).
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let environment = Environment::of_process();
    let mut settings = config::load(arguments.config.as_deref(), &environment).map_err(Failure::wrong_use)?;
    settings.listen = arguments.listen.unwrap_or(settings.listen);
    let supergraph =
        arguments.supergraph.clone().or_else(|| settings.supergraph.clone()).ok_or_else(|| {
            Failure::WrongUse(
                "there is no supergraph to serve\nnext: give one with --supergraph FILE".to_owned(),
            )
        })?;
    log(&settings.log);
    server::install_crypto();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(Failure::wrong_use)?.block_on(serve(settings, supergraph))
}

async fn serve(settings: Settings, supergraph: PathBuf) -> Result<(), Failure> {
    let engine = supergraph_file::load(&supergraph, &settings).map_err(Failure::wrong_use)?;
    let listener = TcpListener::bind(settings.listen).await.map_err(|error| {
        let address = settings.listen;
        Failure::WrongUse(format!(
            "cannot listen on {address}: {error}\nnext: end what listens there, or give another --listen"
        ))
    })?;
    let address = listener.local_addr().map_err(Failure::wrong_use)?;
    let slot = EngineSlot::holding(engine);
    let shutdown = CancellationToken::new();
    let (ask, asked) = mpsc::channel(1);
    tokio::spawn(signals(shutdown.clone(), ask));
    let watching =
        supergraph_file::watch(supergraph, settings.clone(), slot.clone(), asked, shutdown.clone());
    tokio::spawn(watching);
    tracing::info!("ready: GraphQL at http://{address}/graphql");
    server::serve(settings, slot, listener, shutdown).await.map_err(Failure::wrong_use)?;
    tracing::info!("ended");
    Ok(())
}

/// Turns signals into what they mean; a second one to end ends at once.
async fn signals(shutdown: CancellationToken, reload: mpsc::Sender<()>) {
    let (Ok(mut terminate), Ok(mut interrupt), Ok(mut hang_up)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()), signal(SignalKind::hangup()))
    else {
        tracing::error!("cannot listen for signals; end the process by force");
        return;
    };
    loop {
        tokio::select! {
            _ = hang_up.recv() => {
                // A full channel means that a reload is already asked for.
                reload.try_send(()).unwrap_or_default();
                continue;
            }
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        if shutdown.is_cancelled() {
            std::process::exit(1);
        }
        tracing::info!("ending: running requests are answered first; once more ends at once");
        shutdown.cancel();
    }
}

/// Logs to standard error, panics too: one line each, in the chosen format.
fn log(settings: &LogSettings) {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(settings.filter.parse::<EnvFilter>().unwrap_or_default())
        .with_writer(std::io::stderr);
    match settings.format {
        LogFormat::Json => builder.json().flatten_event(true).init(),
        LogFormat::Text => builder.with_ansi(std::io::stderr().is_terminal()).init(),
    }
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let text = panic.payload_as_str().unwrap_or_default();
        tracing::error!(place, text, "a panic: this is a bug of the gateway; please report it");
    }));
}
