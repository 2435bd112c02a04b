//! A server's process: started with its output in a file, halted, resumed and killed, and gone at the latest with the program
//! that started it.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// Ends the server's process group when the program that started the server is gone (its end of the pipe closes without a
/// word). Ctrl-C does not reach it: it has a process group of its own.
const KEEPER: &str = "read -r word; [ \"$word\" = done ] || kill -9 \"-$1\"";

/// How long a program may take to halt.
const HALTING: Duration = Duration::from_secs(2);

/// The last lines of the log that an error shows.
const SHOWN_LINES: usize = 15;

/// A process that serves. Dropped, it is killed with everything that it started.
pub struct ServerProcess {
    name: String,
    log: PathBuf,
    child: Child,
    keeper: Child,
}

impl ServerProcess {
    /// Starts `command` with its output appended to the file `log`. `name` is what errors call it.
    ///
    /// # Errors
    /// When the program cannot be started or the log not be written.
    pub fn spawn(name: &str, command: &mut Command, log: &Path) -> Result<Self> {
        let output = File::options().create(true).append(true).open(log);
        let output = output.with_context(|| format!("cannot write {}", log.display()))?;
        let mut child = command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {name}; is it installed?"))?;
        match keeper(child.id()) {
            Ok(keeper) => Ok(Self { name: name.to_owned(), log: log.to_owned(), child, keeper }),
            Err(error) => {
                let _ = child.kill();
                let _ = child.wait();
                Err(error)
            }
        }
    }

    /// Its process id, and that of its process group.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until `ready` gives something.
    ///
    /// # Errors
    /// When the process ends before, or it takes longer than `limit`; the end of the log is in the text.
    pub fn wait_until<T>(&mut self, limit: Duration, mut ready: impl FnMut() -> Option<T>) -> Result<T> {
        let begin = Instant::now();
        loop {
            if let Some(found) = ready() {
                return Ok(found);
            }
            if let Some(status) = self.child.try_wait()? {
                bail!(
                    "{} ended at its start with {status}; its log ends with:\n{}",
                    self.name,
                    self.log_end()
                );
            }
            if begin.elapsed() > limit {
                let seconds = limit.as_secs();
                bail!(
                    "{} was not ready within {seconds} s; its log ends with:\n{}",
                    self.name,
                    self.log_end()
                );
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Kills it (SIGKILL) with everything that it started, and waits until it is gone. A second time does nothing.
    pub fn kill(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.signal(Signal::KILL);
        }
        let _ = self.child.wait();
        if let Some(mut words) = self.keeper.stdin.take() {
            let _ = words.write_all(b"done\n");
        }
        let _ = self.keeper.wait();
    }

    /// Halts it (SIGSTOP): connections stay open and nobody answers.
    ///
    /// # Errors
    /// When it is gone.
    pub fn halt(&self) -> Result<()> {
        self.signal(Signal::STOP)?;
        // The threads of a big program stop one after another; until the last one has, it may still answer.
        let begin = Instant::now();
        while !self.is_halted() && begin.elapsed() < HALTING {
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// The system lists it as stopped. Where the system has no such list it is not known.
    fn is_halted(&self) -> bool {
        let state = |stat: String| stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('T'));
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.pid())).into_iter().flatten().flatten();
        let stats = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("stat")).ok());
        stats
            .map(state)
            .fold(None, |all: Option<bool>, one| Some(all.unwrap_or(true) && one))
            .unwrap_or(false)
    }

    /// Lets it go on (SIGCONT).
    ///
    /// # Errors
    /// When it is gone.
    pub fn resume(&self) -> Result<()> {
        self.signal(Signal::CONT)
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        kill_process_group(Pid::from_child(&self.child), signal)
            .with_context(|| format!("{} is gone", self.name))
    }

    fn log_end(&self) -> String {
        let bytes = std::fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n")
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Tells a process to end (SIGTERM); it may be gone already.
pub fn ask_to_end(child: &Child) {
    let _ = kill_process(Pid::from_child(child), Signal::TERM);
}

fn keeper(group: u32) -> Result<Child> {
    Command::new("sh")
        .args(["-c", KEEPER, "keeper", &group.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .context("cannot start sh")
}
