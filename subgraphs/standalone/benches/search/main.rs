//! Search over many documents, measured through the gateway beside the bare engine: `cargo xtask bench-search`.
//!
//! A real database server, a real Elasticsearch, and the servers as processes; documents come in through the public mutation.
//! All ratios are of one run.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a measurement fails where it stands")]

mod asking;
#[path = "../../tests/real_stores/filling.rs"]
mod empty_stores;
mod filling;
mod measured;
#[path = "../../tests/processes/mod.rs"]
mod processes;
mod rebuilding;
mod stage;

use std::time::Duration;

use anyhow::Result;
use clap::Parser;

use asking::{Bare, Gateway, TEXTS};
use measured::Measured;
use stage::Stage;

/// Ingests documents, searches them and rebuilds their indexes, with figures.
#[derive(Parser)]
struct Arguments {
    /// How many documents.
    #[arg(long, default_value_t = 100_000)]
    documents: u64,
    /// What cargo passes to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

/// How many clients ask at the same time.
const CLIENTS: [usize; 2] = [1, 8];
/// The two are asked in turn, so that what else the machine does hits both.
const ROUNDS: usize = 5;
/// How long each is asked in a round.
const ROUND: Duration = Duration::from_secs(4);

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let stage = Stage::start().await?;
    println!("{}, {} documents", stage.versions()?, arguments.documents);

    let filled = filling::fill(&stage, arguments.documents).await?;
    println!("{filled}");

    println!("search        clients  requests   p50 ms   p99 ms       /s");
    for clients in CLIENTS {
        compare(&stage, clients).await?;
    }
    println!("rebuild of     documents        s  searches meanwhile   p50 ms   p99 ms   wrong or failed");
    for collection in ["POLITICA", "SCREENING", "PROJECT"] {
        println!("{}", rebuilding::rebuild(&stage, collection).await?);
    }
    Ok(())
}

async fn compare(stage: &Stage, clients: usize) -> Result<()> {
    let (gateway, bare) = (Gateway::of(stage).await?, Bare::of(stage)?);
    asking::agree(&gateway, &bare).await?;
    let (mut through, mut beside) = (Measured::default(), Measured::default());
    for _ in 0..ROUNDS {
        through.add(measured::load(clients, ROUND, &TEXTS, |text| gateway.search(text)).await?);
        beside.add(measured::load(clients, ROUND, &TEXTS, |text| bare.search(text)).await?);
    }
    println!("{:<12} {clients:>8} {through}", "gateway");
    println!("{:<12} {clients:>8} {beside}", "bare _search");
    println!("{:<12} {clients:>8} {}", "ratio", through.over(&beside));
    Ok(())
}
