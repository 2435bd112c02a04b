//! The kill table: documents stream in by ingest and by crawl while admin, common, MariaDB and the search engine are killed
//! again and again; afterwards each document is there once, and the index equals the database.
//! `cargo xtask kills` runs it with twenty kills of each and prints the table; the tests run it with a few.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails where it stands")]

mod crawls;
mod equality;
mod ingests;
#[path = "../processes/mod.rs"]
mod processes;
#[path = "../real_stores/mod.rs"]
mod real_stores;
#[path = "../site/mod.rs"]
mod site;
mod stage;
mod victim;

use std::time::{Duration, Instant};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crawls::Crawls;
use equality::Equality;
use ingests::Ingests;
use stage::Stage;
use victim::Victim;

/// Kills of each when nobody says how many.
const A_FEW: usize = 2;
/// How long work may rest before a kill: the search engine takes its time to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_killed_each_document_is_there_once_and_the_index_equals_the_database() {
    let number = |name: &str| std::env::var(name).ok().and_then(|number| number.parse::<u64>().ok());
    let seed = number("KNLAB_TEST_SEED").unwrap_or(7);
    let kills = number("KNLAB_TEST_KILLS").and_then(|kills| usize::try_from(kills).ok()).unwrap_or(A_FEW);
    println!("KNLAB_TEST_SEED={seed} KNLAB_TEST_KILLS={kills}");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut stage = Stage::start().await;
    println!("{}", stage.versions());
    println!("victim           kills  ingested  crawled     lost  doubled  index equal after");
    let mut failed = Vec::new();
    for victim in Victim::ALL {
        let row = run(&mut stage, victim, kills, &mut random).await;
        println!("{row}");
        failed.extend(row.is_bad().then(|| row.to_string()));
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

/// Lets documents stream in, kills the victim so many times, and counts what is there when everything has calmed down.
async fn run(stage: &mut Stage, victim: Victim, kills: usize, random: &mut ChaCha8Rng) -> Equality {
    let ingests = Ingests::begin(stage, victim);
    let crawls = Crawls::begin(stage, victim);
    for _ in 0..kills {
        under_way(stage, &ingests, &crawls).await;
        tokio::time::sleep(Duration::from_millis(random.random_range(0..300))).await;
        let killed = victim.choose(random);
        stage.kill(&killed);
        tokio::time::sleep(Duration::from_millis(random.random_range(0..500))).await;
        stage.start_again(&killed).await;
    }
    under_way(stage, &ingests, &crawls).await;
    // What is under way ends as a client ends it: by trying until it is answered.
    let (ingested, crawled) = tokio::join!(ingests.end(), crawls.end());
    Equality::reached(stage, victim, kills, &ingested, &crawled).await
}

/// Waits until all parts have worked since the call: documents were taken in and indexed, pages were crawled.
async fn under_way(stage: &Stage, ingests: &Ingests, crawls: &Crawls) {
    ingests.go_on();
    let begin = Instant::now();
    let before = (ingests.answered(), crawls.fetched(), stage.stores.indexed().await);
    loop {
        let now = (ingests.answered(), crawls.fetched(), stage.stores.indexed().await);
        let indexed = now.2.zip(before.2).is_none_or(|(now, before)| now > before);
        if now.0 > before.0 + 3 && now.1 > before.1 && now.2.is_some() && indexed {
            return;
        }
        assert!(
            begin.elapsed() < PATIENCE,
            "no progress: {before:?}, then {now:?}\n{}",
            stage.processes.log("common")
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
