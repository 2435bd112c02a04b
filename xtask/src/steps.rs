//! The steps of `cargo xtask test`, in order; every step runs even when an earlier one failed.

use std::thread::JoinHandle;
use std::time::Instant;

use anyhow::{Result, bail};
use test_servers::{elasticsearch, mariadb, packages};

use crate::{browser, programs, servers, suites};

/// A step: its name, what it does, and how.
type Step = (&'static str, &'static str, fn() -> Result<()>);

const STEPS: [Step; 7] = [
    ("format", "rustfmt", || programs::cargo(&["fmt", "--all", "--check"])),
    (
        "lints",
        "clippy on all targets, warnings are errors; `cargo run` compiles, which leaves the real stores out",
        lints,
    ),
    ("dependencies", "cargo deny: licences, bans, sources", dependencies),
    (
        "tests",
        "unit, contract and end-to-end tests of all crates; the four servers' on real stores, admin's on each kind of NAS",
        suites::run,
    ),
    (
        "access",
        "every cell of the access matrix, then all programs as compose.yaml has them, on stores and networks of its own",
        access,
    ),
    ("faults", "each server and each real store hung in turn under load", || faults(Some("hung"))),
    ("browser", "GraphiQL in headless Chromium", browser::run),
];

/// Servers and browsers are needed from here on.
const FIRST_THAT_NEEDS_PACKAGES: &str = "tests";

/// Runs all steps, or the one named.
///
/// # Errors
/// When a step failed, or there is no step of that name.
pub fn run(only: Option<&str>) -> Result<()> {
    let steps: Vec<&Step> = STEPS.iter().filter(|(name, ..)| only.is_none_or(|only| only == *name)).collect();
    if steps.is_empty() {
        let names: Vec<&str> = STEPS.iter().map(|(name, ..)| *name).collect();
        bail!("no such step; there are: {}", names.join(", "));
    }
    let begin = Instant::now();
    // Installing waits for other machines, the first steps for this one's processors: both are done at the same time.
    let installing = only.is_none().then(|| std::thread::spawn(install));
    let failed = those_that_fail(&steps, installing);
    println!("\nall steps: {:.0} s", begin.elapsed().as_secs_f64());
    println!("{} passed, {} failed", steps.len() - failed.len(), failed.len());
    if !failed.is_empty() {
        bail!("failed: {}; one alone: cargo xtask test --only {}", failed.join(", "), failed[0]);
    }
    Ok(())
}

/// Runs the steps; those from `tests` on wait for what is still being installed.
fn those_that_fail(steps: &[&Step], mut installing: Option<JoinHandle<()>>) -> Vec<&'static str> {
    let mut failed = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        if step.0 == FIRST_THAT_NEEDS_PACKAGES {
            let _ = installing.take().map(JoinHandle::join);
        }
        if !passes(number, steps.len(), step) {
            failed.push(step.0);
        }
    }
    failed
}

/// What fails here is tried again, and told, by the step that needs it.
fn install() {
    servers::install();
    let _ = browser::install();
}

fn lints() -> Result<()> {
    programs::cargo(&["clippy", "--quiet", "--workspace", "--all-targets", "--", "--deny", "warnings"])?;
    programs::cargo(&["check", "--quiet", "--package", "standalone"])
}

fn passes(number: usize, count: usize, (name, what, step): &Step) -> bool {
    println!("\n[{}/{count}] {name}: {what}", number + 1);
    let begin = Instant::now();
    let outcome = step();
    match &outcome {
        Ok(()) => println!("      {name}: ok, {:.0} s", begin.elapsed().as_secs_f64()),
        Err(error) => println!("      {name}: FAILED, {:.0} s: {error:#}", begin.elapsed().as_secs_f64()),
    }
    outcome.is_ok()
}

/// The fault table, which is a test of its own: it takes minutes, and starts its own servers to break them.
///
/// # Errors
/// When a row is not as promised, or something cannot be started.
pub fn faults(only: Option<&str>) -> Result<()> {
    table("fault_table", ("KNLAB_TEST_FAULTS", only.unwrap_or_default()))
}

/// The kill table, with so many kills of each.
///
/// # Errors
/// When something was lost or doubled, or something cannot be started.
pub fn kills(each: usize) -> Result<()> {
    table("kills", ("KNLAB_TEST_KILLS", &each.to_string()))
}

/// Runs a test that prints a table.
fn table(test: &str, variable: (&str, &str)) -> Result<()> {
    programs::cargo(&["build", "--quiet", "--workspace", "--bins"])?;
    let test = ["test", "--quiet", "--workspace", "--test", test, "--", "--nocapture"];
    let mut command = programs::cargo_command(&test);
    command.env(variable.0, variable.1).current_dir(programs::root());
    packages::run(&mut command)
}

/// The access matrix, which is a test of its own: it starts stores to make users in, and makes networks.
///
/// # Errors
/// When a cell is not as the matrix says, the programs do not serve, or something cannot be started.
pub fn access() -> Result<()> {
    programs::cargo(&["build", "--quiet", "--workspace", "--bins"])?;
    let test = ["test", "--quiet", "--workspace", "--test", "access_matrix", "--", "--nocapture"];
    packages::run(programs::cargo_command(&test).current_dir(programs::root()))
}

/// The search benchmark, a program of its own, on MariaDB and Elasticsearch.
///
/// # Errors
/// When something cannot be built or started, or an answer is wrong.
pub fn bench_search(documents: u64) -> Result<()> {
    // One selection for both: with another one all would be built again with other features.
    programs::cargo(&["build", "--release", "--quiet", "--workspace", "--bins", "--bench", "search"])?;
    let servers = crate::servers::Servers::start_those(|it| {
        [mariadb::VARIABLE, elasticsearch::VARIABLE].contains(&it)
    })?;
    let documents = documents.to_string();
    let bench = ["bench", "--workspace", "--bench", "search", "--", "--documents", documents.as_str()];
    servers.run(&mut programs::cargo_command(&bench))
}

fn dependencies() -> Result<()> {
    if packages::find("cargo-deny").is_none() {
        println!("      cargo-deny is missing: installing it with cargo (some minutes, once)");
        programs::cargo(&["install", "--quiet", "--locked", "cargo-deny"])?;
    }
    programs::cargo(&["deny", "--log-level", "error", "check", "licenses", "bans", "sources"])
}
