//! Runs other programs from the workspace's root.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use test_servers::packages::run;

/// The workspace's root folder.
pub fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

/// Runs cargo with these arguments.
pub fn cargo(arguments: &[&str]) -> Result<()> {
    run(cargo_command(arguments).current_dir(root()))
}

/// Cargo with these arguments, to be run by somebody else.
pub fn cargo_command(arguments: &[&str]) -> Command {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = Command::new(cargo);
    command.args(arguments);
    command
}
