//! A server does not outlive what started it, however that ended.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use test_servers::ServerProcess;

fn lives(pid: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    !status.is_empty() && !status.contains(") Z")
}

#[test]
fn a_killed_program_takes_its_servers_along() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_serve-for-a-test"))
        .arg(folder.path().join("log"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(program.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let server: u32 = line.trim().parse().unwrap();
    assert!(lives(server));
    program.kill().unwrap();
    program.wait().unwrap();
    for _ in 0..500 {
        if !lives(server) {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("the server {server} outlived the program that started it");
}

#[test]
fn a_server_that_ends_at_its_start_shows_its_log() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("sh");
    command.args(["-c", "echo no room for me; exit 3"]);
    let mut server = ServerProcess::spawn("picky", &mut command, &folder.path().join("log")).unwrap();
    let error = server.wait_until(Duration::from_secs(10), || None::<()>).unwrap_err().to_string();
    for part in ["picky", "exit status: 3", "no room for me"] {
        assert!(error.contains(part), "{error}");
    }
}
