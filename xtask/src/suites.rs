//! The step `tests`: every suite on embedded stores, and those of what speaks to a store on real ones too.

use std::time::Instant;

use anyhow::{Result, bail};

use crate::{programs, servers::Servers};

/// One run of test programs: what it is called, which are run (all, if none is named), and in which environment.
struct Suite {
    name: &'static str,
    programs: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
}

/// All are chosen from the whole workspace: another choice would be built with other features, anew.
const SUITES: [Suite; 4] = [
    Suite { name: "all, the servers on embedded stores", programs: &[], environment: &[] },
    Suite { name: "admin on WebDAV", programs: &["admin"], environment: &[("KNLAB_TEST_NAS", "webdav")] },
    Suite { name: "admin on S3", programs: &["admin"], environment: &[("KNLAB_TEST_NAS", "s3")] },
    Suite {
        name: "the servers on real stores",
        programs: &["auth", "admin", "document", "common"],
        environment: &[("KNLAB_TEST_STORES", "real")],
    },
];

/// Builds, starts the real servers, and runs all suites, also when one has failed.
///
/// # Errors
/// When something cannot be built or started, or a test failed.
pub fn run() -> Result<()> {
    let begin = Instant::now();
    programs::cargo(&["build", "--workspace", "--bins"])?;
    programs::cargo(&["test", "--quiet", "--workspace", "--no-run"])?;
    println!("      built in {:.0} s", begin.elapsed().as_secs_f64());
    let servers = Servers::start()?;
    let mut failed = Vec::new();
    for suite in &SUITES {
        if let Err(error) = passes(suite, &servers) {
            println!("      {}: {error:#}", suite.name);
            failed.push(suite.name);
        }
    }
    match failed.is_empty() {
        true => Ok(()),
        false => bail!("failed: {}", failed.join("; ")),
    }
}

fn passes(suite: &Suite, servers: &Servers) -> Result<()> {
    println!("      tests: {}", suite.name);
    let begin = Instant::now();
    let mut command = programs::cargo_command(&["test", "--workspace", "--no-fail-fast"]);
    command.args(suite.programs.iter().flat_map(|program| ["--test", program]));
    command.envs(suite.environment.iter().copied());
    servers.run(&mut command)?;
    println!("      {}: ok, {:.0} s", suite.name, begin.elapsed().as_secs_f64());
    Ok(())
}
