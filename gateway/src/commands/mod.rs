//! The commands of the binary: each reads its arguments, calls the library and says what came out.

pub mod check;
pub mod compose;
pub mod plan;
pub mod serve;

use std::fmt::Display;
use std::io::Write;
use std::process::ExitCode;

/// How a command ends that does not end well.
pub enum Failure {
    /// The answer is "no"; it has been printed, or is this text.
    No(String),
    /// It was called wrongly, or something it needs is not there.
    WrongUse(String),
}

impl Failure {
    /// A wrong use, from an error that says what to do next.
    pub fn wrong_use(error: impl Display) -> Failure {
        Failure::WrongUse(error.to_string())
    }

    /// Prints it and gives the exit code.
    pub fn report(self) -> ExitCode {
        let (text, code) = match self {
            Failure::No(text) => (text, 1),
            Failure::WrongUse(text) => (text, 2),
        };
        if !text.is_empty() {
            say(&format!("error: {text}"));
        }
        ExitCode::from(code)
    }
}

/// Writes a line for people to standard error.
pub fn say(text: &str) {
    // Nobody is there to be told that nobody is there.
    drop(writeln!(std::io::stderr(), "{text}"));
}

/// Writes a result to standard output.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    match written {
        // Whoever reads has read enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => {
            written.map_err(|error| Failure::WrongUse(format!("cannot write to standard output: {error}")))
        }
    }
}
