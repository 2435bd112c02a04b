//! Starts a process as tests start servers, says its id, and does nothing more; the test beside it kills it.

use std::process::Command;

fn main() -> anyhow::Result<()> {
    let log = std::env::args().nth(1).unwrap_or_default();
    let server = test_servers::ServerProcess::spawn("sleep", Command::new("sleep").arg("60"), log.as_ref())?;
    println!("{}", server.pid());
    std::thread::sleep(std::time::Duration::from_secs(60));
    Ok(())
}
