//! Which program may reach which store and which program, and whose entities are whose: `schema/access.toml`, and everything
//! that follows from it.

pub mod compose;
mod matrix;
mod mysql;
mod search;
mod settings;

use anyhow::{Context, Result};

pub use self::matrix::{Access, Matrix, Program, Store};

/// A generated file: its path from the contract's folder, and its text.
pub type GeneratedFile = (String, String);

/// Where each program listens.
const PORTS: [(&str, u16); 5] =
    [("gateway", 4000), ("auth", 4101), ("admin", 4102), ("document", 4103), ("common", 4104)];

/// Where a program listens.
///
/// # Errors
/// When there is no such program.
pub fn port(program: &str) -> Result<u16> {
    let found = PORTS.iter().find(|(name, _)| *name == program);
    found.map(|(_, port)| *port).with_context(|| format!("the program `{program}` has no port"))
}

/// What follows from the matrix: below the contract's folder users and roles, beside it `compose.yaml` and the settings.
///
/// # Errors
/// When a program has no port.
pub fn files(matrix: &Matrix) -> Result<Vec<GeneratedFile>> {
    let mut files = vec![("access/mysql.sql".to_owned(), mysql::statements(matrix))];
    files.extend(search::files(matrix));
    files.extend(settings::files(matrix)?);
    files.push(("../compose.yaml".to_owned(), compose::text(matrix)?));
    Ok(files)
}
