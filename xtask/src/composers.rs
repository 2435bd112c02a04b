//! Two other composers, run beside ours over the cases of `gateway/tests/composition`.

use std::process::Command;

use anyhow::Result;

use crate::programs;
use test_servers::packages::{self, run};

/// Records what they say (`only`: of the cases whose name holds it), then compares.
pub fn compare(only: Option<&str>) -> Result<()> {
    let npm = packages::install("npm", &["nodejs", "npm"])?;
    let folder = programs::root().join("gateway/tests/composition/references");
    run(Command::new(npm).args(["ci", "--silent", "--no-audit", "--no-fund"]).current_dir(&folder))?;
    run(Command::new("node").arg("record.mjs").args(only).current_dir(&folder))?;
    let test = ["test", "--package", "gateway", "--test", "composition", "references", "--", "--nocapture"];
    programs::cargo(&test)
}
