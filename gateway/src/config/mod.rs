//! The one place that reads configuration files and the environment: a YAML file, then `GATEWAY__SECTION__KEY` variables
//! over it, to [`Settings`] or to every mistake with its line and reason.

mod access_file;
mod compose_file;
mod document;
mod environment;
mod reader;
mod sections;
mod settings;
mod values;

use std::fmt;
use std::path::{Path, PathBuf};

pub use access_file::parse_access_file;
pub use compose_file::{ComposeFile, ComposedSubgraph, ReadSchema, parse_compose_file};
use document::Node;
pub use document::Origin;
pub use environment::Environment;
pub use reader::Mistake;
pub use settings::{
    CorsSettings, JwtSettings, Limits, LogFormat, LogSettings, PassThrough, Secret, Settings,
    SigningAlgorithm, SubgraphSettings, Timeouts,
};

use crate::composition::EntityLinks;

/// Why there are no settings.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {}: {error}\nnext: give an existing file with --config", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The file or the environment says something wrong.
    #[error("{0}")]
    Wrong(Mistakes),
}

/// Every mistake of a configuration.
#[derive(Debug)]
pub struct Mistakes {
    file: String,
    /// The mistakes, in the order of the file's lines.
    pub found: Vec<Mistake>,
}

/// Reads the file, if there is one, and the environment.
pub fn load(file: Option<&Path>, environment: &Environment) -> Result<Settings, ConfigError> {
    let text = file.map(read).transpose()?.unwrap_or_default();
    let name = file.map_or_else(|| "configuration".to_owned(), |path| path.display().to_string());
    let folder = file.and_then(Path::parent).unwrap_or(Path::new(""));
    parse(&text, environment, folder).map_err(|found| ConfigError::Wrong(Mistakes { file: name, found }))
}

/// Reads the file of `gateway compose` and the schemas that it names.
pub fn load_compose_file(path: &Path) -> Result<ComposeFile, ConfigError> {
    let text = read(path)?;
    parse_compose(&text, path, &|path| std::fs::read_to_string(path).map_err(|error| error.to_string()))
}

/// The same for a text that was read from `path`, wherever that is.
pub fn parse_compose(text: &str, path: &Path, read: ReadSchema) -> Result<ComposeFile, ConfigError> {
    let folder = path.parent().unwrap_or(Path::new(""));
    parse_compose_file(text, folder, read)
        .map_err(|found| ConfigError::Wrong(Mistakes { file: path.display().to_string(), found }))
}

/// Reads the file that declares links between subgraphs.
pub fn load_access_file(path: &Path) -> Result<EntityLinks, ConfigError> {
    parse_access_file(&read(path)?).map_err(|mistake| {
        ConfigError::Wrong(Mistakes { file: path.display().to_string(), found: vec![mistake] })
    })
}

fn read(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|error| ConfigError::Unreadable { path: path.to_owned(), error })
}

/// Reads a configuration text; relative paths in it start at `folder`.
pub fn parse(text: &str, environment: &Environment, folder: &Path) -> Result<Settings, Vec<Mistake>> {
    let mut root = Node::parse(text).map_err(|(origin, reason)| {
        vec![Mistake { origin, key: String::new(), reason: format!("is not YAML: {reason}") }]
    })?;
    environment.overlay(&mut root);
    let reading = sections::Reading { environment, folder, mistakes: reader::Mistakes::default() };
    let settings = reading.settings(root);
    let mut found = reading.mistakes.take();
    found.sort_by_key(|mistake| match mistake.origin {
        Origin::Line(line) => line,
        Origin::Variable(_) | Origin::Absent => u64::MAX,
    });
    if found.is_empty() { Ok(settings) } else { Err(found) }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        for Mistake { origin, key, reason } in &self.found {
            match origin {
                Origin::Line(line) => write!(formatter, "{}:{line}: ", self.file)?,
                Origin::Variable(name) => write!(formatter, "environment variable {name}: ")?,
                Origin::Absent => write!(formatter, "{}: ", self.file)?,
            }
            if !key.is_empty() {
                write!(formatter, "`{key}` ")?;
            }
            writeln!(formatter, "{reason}")?;
        }
        write!(
            formatter,
            "next: correct what is named above (gateway/gateway.example.yaml explains every key of `serve`)"
        )
    }
}
