//! The differential test of the gateway, with more operations than the test command takes.

use anyhow::Result;
use test_servers::packages::run;

use crate::programs;

/// Runs it in release over so many operations, or over those of one seed.
///
/// # Errors
/// When answers differ; the test has printed the smallest case.
pub fn compare(operations: usize, seed: Option<u64>) -> Result<()> {
    let test = ["test", "--release", "--workspace", "--test", "execution", "differential", "--"];
    let mut command = programs::cargo_command(&test);
    command.args(["--nocapture"]).env("KNLAB_TEST_OPERATIONS", operations.to_string());
    if let Some(seed) = seed {
        command.env("KNLAB_TEST_SEED", seed.to_string());
    }
    run(command.current_dir(programs::root()))
}
