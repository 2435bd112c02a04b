//! Differential testing: random schemas, data and operations, answered by the engine over federated subgraphs and by one
//! executor that has all data. `KNLAB_TEST_OPERATIONS=100000 cargo test --release …` (or `cargo xtask differential
//! --operations 100000`) compares more; `KNLAB_TEST_SEED=N` runs one schema's operations.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use gateway::operation::{Limits, normalize};
use gateway::planning::plan;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

use crate::corpus;
use crate::harness::case::Bench;
use crate::harness::deferring;
use crate::harness::features;
use crate::harness::operations::Writer;
use crate::harness::schemas;
use crate::harness::shrink::Case;
use crate::harness::world::Rates;

/// Operations compared per schema.
const PER_SCHEMA: usize = 40;
/// Differences after which a run ends: each is cut down, which takes a while.
const ENOUGH: usize = 3;

/// What was done, by all threads.
#[derive(Default)]
struct Tally {
    next_seed: AtomicU64,
    compared: AtomicUsize,
    invalid: AtomicUsize,
    composed: AtomicUsize,
    /// Of schemas that do not compose, by code.
    refused: Mutex<BTreeMap<String, usize>>,
    /// Operations by feature.
    features: Mutex<BTreeMap<&'static str, usize>>,
    failures: Mutex<Vec<String>>,
}

impl Tally {
    fn count(&self, features: BTreeSet<&'static str>) {
        let mut counts = self.features.lock().unwrap();
        features.into_iter().for_each(|name| *counts.entry(name).or_default() += 1);
    }

    fn fail(&self, (seed, number): (u64, usize), case: &Case, failure: &str) {
        let Case { subgraphs, operation, rates, .. } = case;
        let subgraphs: String = subgraphs.iter().map(|(name, sdl)| format!("--- {name}\n{sdl}\n")).collect();
        self.failures.lock().unwrap().push(format!(
            "seed {seed}, operation {number}, {rates:?}\n{subgraphs}--- operation\n{}\n{}\n--- {failure}",
            operation.text, operation.variables
        ));
    }
}

fn setting(name: &str) -> Option<u64> {
    env::var(name).ok().map(|value| value.parse().unwrap())
}

#[test]
fn random_operations_over_random_schemas_are_answered_like_a_monolith() {
    let operations = setting("KNLAB_TEST_OPERATIONS").unwrap_or(2_000) as usize;
    let tally = Tally::default();
    if let Some(seed) = setting("KNLAB_TEST_SEED") {
        run(&tally, usize::MAX, Some(seed));
    } else {
        let threads = std::thread::available_parallelism().map_or(2, |count| count.get());
        std::thread::scope(|scope| {
            (0..threads).for_each(|_| drop(scope.spawn(|| run(&tally, operations, None))));
        });
    }
    let compared = tally.compared.load(Ordering::Relaxed);
    println!(
        "{compared} operations over {} schemas compared; {} operations were invalid; schemas refused: {:?}",
        tally.composed.load(Ordering::Relaxed),
        tally.invalid.load(Ordering::Relaxed),
        tally.refused.lock().unwrap()
    );
    let features = tally.features.lock().unwrap();
    features::ALL.iter().for_each(|name| {
        println!("{:>8} {name}", features.get(name).copied().unwrap_or_default());
    });
    let failures = tally.failures.lock().unwrap();
    assert!(failures.is_empty(), "{} differ; cut down:\n{}", failures.len(), failures.join("\n\n"));
    assert!(setting("KNLAB_TEST_SEED").is_some() || compared >= operations);
    let missing: Vec<_> = features::ALL.iter().filter(|name| !features.contains_key(*name)).collect();
    assert!(operations < 2_000 || setting("KNLAB_TEST_SEED").is_some() || missing.is_empty(), "{missing:?}");
}

fn run(tally: &Tally, operations: usize, only: Option<u64>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    loop {
        let seed = only.unwrap_or_else(|| tally.next_seed.fetch_add(1, Ordering::Relaxed));
        let done = tally.compared.load(Ordering::Relaxed) >= operations;
        if done || tally.failures.lock().unwrap().len() >= ENOUGH {
            return;
        }
        runtime.block_on(schema(tally, seed));
        if only.is_some() {
            return;
        }
    }
}

/// Random operations over the schema of a seed.
async fn schema(tally: &Tally, seed: u64) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let subgraphs = schemas::generate(&mut random);
    let bench = match Bench::compose(&subgraphs) {
        Ok(bench) => bench,
        Err(diagnostics) => {
            if env::var("KNLAB_TEST_SEED").is_ok() {
                subgraphs.iter().for_each(|(name, sdl)| println!("--- {name}\n{sdl}"));
                println!("{diagnostics:#?}");
            }
            let code = diagnostics[0].split(':').next().unwrap().to_string();
            *tally.refused.lock().unwrap().entry(code).or_default() += 1;
            return;
        }
    };
    tally.composed.fetch_add(1, Ordering::Relaxed);
    let mut planned = vec![corpus::supergraph(&bench.sdl)];
    for number in 0..PER_SCHEMA {
        let mut operation = Writer::write(bench.supergraph.api_schema(), &mut random);
        // Every third one also comes in parts; a source of its own, so that the others are what they were.
        if number % 3 == 2 && !corpus::is_wanted() {
            let mut random = ChaCha8Rng::seed_from_u64(seed * 1_000 + number as u64);
            operation = deferring::defer(&operation, &mut random);
        }
        if let Some(why) = bench.invalid(&operation) {
            if env::var("KNLAB_TEST_SEED").is_ok() {
                println!("{}\n{why}", operation.text);
            }
            tally.invalid.fetch_add(1, Ordering::Relaxed);
            continue;
        }
        tally.compared.fetch_add(1, Ordering::Relaxed);
        if corpus::is_wanted() {
            planned.extend(planned_by_us(&bench, &operation.text, seed));
        }
        let rates = Rates {
            null: if number % 2 == 0 { 0.0 } else { 0.2 },
            lie: if number % 4 < 2 { 0.0 } else { 0.05 },
            error: if number % 3 == 0 { 0.05 } else { 0.0 },
        };
        let data_seed = seed * 1_000 + number as u64;
        if let Some(failure) = bench.difference(bench.world(data_seed, rates), &operation).await {
            println!(
                "seed {seed}, operation {number} differs:\n{}\n{failure}\ncutting it down",
                operation.text
            );
            let case = Case { subgraphs, operation, seed: data_seed, rates };
            let (case, failure) = case.shrink(failure).await;
            tally.fail((seed, number), &case, &failure);
            return;
        }
        tally.count(bench.features(&operation));
    }
    corpus::append(&planned);
}

/// An operation with the depth and the requests of its plan, where it has one.
fn planned_by_us(bench: &Bench, operation: &str, seed: u64) -> Option<Value> {
    let normalized = normalize(&bench.supergraph, operation, None, &Limits::default()).ok()?;
    let plan = plan(&bench.supergraph, normalized).ok()?;
    Some(corpus::operation(operation, &plan, &bench.supergraph, seed))
}
