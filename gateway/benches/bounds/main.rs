//! What the worst schemas cost, as two tables: planning where planners are slow, and composition of many subgraphs. Times,
//! and the most memory that was allocated at once: `cargo bench --package gateway --bench bounds`.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a bench fails by panicking")]

#[path = "../../tests/doubles/many_subgraphs.rs"]
mod many_subgraphs;
#[path = "../../tests/doubles/pathological.rs"]
mod pathological;

use std::sync::Arc;
use std::time::{Duration, Instant};

use gateway::composition::{SubgraphSchema, compose, satisfiability};
use gateway::operation::{Limits, normalize};
use gateway::planning::query_plan::QueryPlan;
use gateway::planning::{plan, plan_within};
use gateway::supergraph::Supergraph;
use peak_alloc::PeakAlloc;

use self::pathological::Pathological;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const LINK: &str = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.8\", import: [\"@key\", \"@shareable\"])\n";

/// Of so many runs the one in the middle counts.
const RUNS: usize = 7;

/// What one piece of work took.
struct Taken {
    median: Duration,
    /// Allocated at once at most, beyond what was there before, in bytes.
    peak: usize,
}

/// Does the work `runs` times; the first run counts for memory.
fn taken<T>(runs: usize, mut work: impl FnMut() -> T) -> (Taken, T) {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let begin = Instant::now();
    let made = work();
    let mut times = vec![begin.elapsed()];
    let peak = ALLOCATOR.peak_usage() - before;
    for _ in 1..runs {
        let begin = Instant::now();
        drop(work());
        times.push(begin.elapsed());
    }
    times.sort();
    (Taken { median: times[times.len() / 2], peak }, made)
}

fn composed(schemas: Vec<SubgraphSchema>) -> String {
    compose(schemas).into_supergraph_sdl().unwrap_or_else(|diagnostics| panic!("{diagnostics:#?}"))
}

fn supergraph(case: &Pathological) -> Supergraph {
    let schema = |(name, sdl): &(String, String)| SubgraphSchema {
        name: name.clone(),
        url: format!("http://{name}.invalid"),
        sdl: format!("{LINK}{sdl}"),
    };
    Supergraph::parse(&composed(case.subgraphs.iter().map(schema).collect())).unwrap()
}

fn depth(plan: &QueryPlan) -> usize {
    let mut depths: Vec<usize> = Vec::new();
    for fetch in &plan.fetches {
        depths.push(fetch.after.iter().map(|before| depths[before.0 as usize]).max().unwrap_or(0) + 1);
    }
    depths.into_iter().max().unwrap_or(0)
}

/// Planning alone, and planning after the operation was read, checked and expanded.
fn planning(case: &Pathological) {
    let supergraph = supergraph(case);
    let read = || normalize(&supergraph, &case.operation, None, &Limits::default()).unwrap();
    let (reading, operation) = taken(RUNS, read);
    let (planning, planned) = taken(RUNS, || plan(&supergraph, Arc::clone(&operation)).unwrap());
    let (_, states) = plan_within(&supergraph, operation, usize::MAX).unwrap();
    println!(
        "| {} | {} | {} | {} | {states} | {} | {} | {} |",
        case.name,
        case.subgraphs.len(),
        planned.fetches.len(),
        depth(&planned),
        milliseconds(reading.median),
        milliseconds(planning.median),
        mebibytes(planning.peak),
    );
}

/// Composition of many subgraphs; then again what is part of it: loading the supergraph, and its satisfiability.
fn composing(subgraphs: usize, types: usize) {
    let schemas = many_subgraphs::subgraphs(subgraphs, types / subgraphs);
    let (composing, sdl) = taken(1, || composed(schemas.clone()));
    let (loading, supergraph) = taken(1, || Supergraph::parse(&sdl).expect("it was just composed"));
    let (checking, problems) = taken(1, || satisfiability::check(&supergraph));
    assert!(problems.is_empty(), "{problems:?}");
    println!(
        "| {subgraphs} | {types} | {} | {} | {} | {} | {} | {} |",
        milliseconds(composing.median),
        mebibytes(composing.peak),
        milliseconds(loading.median),
        mebibytes(loading.peak),
        milliseconds(checking.median),
        mebibytes(checking.peak),
    );
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1e3)
}

#[expect(clippy::cast_precision_loss, reason = "it is printed with two digits")]
fn mebibytes(bytes: usize) -> String {
    format!("{:.2}", bytes as f64 / f64::from(1 << 20))
}

fn main() {
    println!("| schema | subgraphs | requests | depth | states | reading ms | planning ms | peak MiB |");
    println!("|---|---|---|---|---|---|---|---|");
    pathological::all().iter().for_each(planning);
    println!(
        "\n| subgraphs | types | composing ms | peak MiB | loading ms | peak MiB | satisfiability ms | peak MiB |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    composing(10, 500);
    composing(100, 5_000);
}
