//! Programs from packages: found on this machine, or installed.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};

/// Where Debian keeps servers; not on everybody's `PATH`.
const SYSTEM: [&str; 2] = ["/usr/sbin", "/usr/local/sbin"];

/// Where a program is, if it is on this machine: on `PATH`, or where Debian keeps servers.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(SYSTEM.iter().map(PathBuf::from));
    folders.map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Installs `packages` with apt when `program` is missing; says so. Gives the program's place.
///
/// # Errors
/// When apt cannot install them, or did and the program is still missing.
pub fn install(program: &str, packages: &[&str]) -> Result<PathBuf> {
    if let Some(file) = find(program) {
        return Ok(file);
    }
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(file) = find(program) {
        return Ok(file);
    }
    let names = packages.join(" ");
    println!("      {program} is missing: installing {names}");
    let advice = || format!("install it by hand and try again: apt-get install {names}");
    apt(&["update", "-qq"], &[]).with_context(advice)?;
    apt(&["install", "-y", "-qq", "--no-install-recommends"], packages).with_context(advice)?;
    find(program).with_context(|| format!("{names} did not bring {program}"))
}

fn apt(arguments: &[&str], packages: &[&str]) -> Result<()> {
    run(Command::new("apt-get")
        .args(["-o", "DPkg::Lock::Timeout=300"])
        .args(arguments)
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdout(Stdio::null()))
}

/// Runs a command to its end.
///
/// # Errors
/// When it cannot be started or does not succeed; the error names it.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = format!("{command:?}").replace('"', "");
    let status = command.status().with_context(|| format!("cannot start `{shown}`; is it installed?"))?;
    if !status.success() {
        bail!("`{shown}` ended with {status}");
    }
    Ok(())
}
