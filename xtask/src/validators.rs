//! Another validator, run beside ours over the cases of `gateway/tests/planning/validation`.

use std::process::Command;

use anyhow::Result;

use crate::programs;
use test_servers::packages::{self, run};

/// Records what graphql-js says, then compares.
pub fn compare() -> Result<()> {
    let npm = packages::install("npm", &["nodejs", "npm"])?;
    let folder = programs::root().join("gateway/tests/planning/validation/graphql-js");
    run(Command::new(npm).args(["ci", "--silent", "--no-audit", "--no-fund"]).current_dir(&folder))?;
    run(Command::new("node").arg("record.mjs").current_dir(&folder))?;
    programs::cargo(&[
        "test",
        "--package",
        "gateway",
        "--test",
        "planning",
        "validation",
        "--",
        "--nocapture",
    ])
}
