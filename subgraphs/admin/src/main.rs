//! The admin server in a process of its own.

use std::process::ExitCode;

fn main() -> ExitCode {
    admin::main()
}
