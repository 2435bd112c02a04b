//! Where schemas come from: the disk or a git ref; a folder of schemas, a `supergraph.yaml`, or a supergraph.

use std::path::{Component, Path, PathBuf};
use std::process::Command;

use super::CheckError;
use super::describe::Texts;
use crate::composition::{Contract, EntityLinks, SubgraphSchema};
use crate::config;

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// Subgraphs, still to be composed, and the links and the contract that their file declares.
    Subgraphs { subgraphs: Vec<NamedSchema>, links: Option<EntityLinks>, contract: Option<Contract> },
    /// A supergraph, whoever composed it.
    Supergraph(String),
}

/// A subgraph and what its file is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NamedSchema {
    pub(crate) schema: SubgraphSchema,
    pub(crate) file: String,
}

impl Source {
    /// The links that it declares itself.
    pub(crate) fn links(&self) -> Option<&EntityLinks> {
        match self {
            Source::Supergraph(_) => None,
            Source::Subgraphs { links, .. } => links.as_ref(),
        }
    }

    /// The texts that diagnostics of this source are about.
    pub(crate) fn texts(&self) -> Texts {
        match self {
            Source::Supergraph(_) => Texts::default(),
            Source::Subgraphs { subgraphs, .. } => subgraphs
                .iter()
                .map(|subgraph| {
                    let SubgraphSchema { name, sdl, .. } = subgraph.schema.clone();
                    (name, (subgraph.file.clone(), sdl))
                })
                .collect(),
        }
    }
}

/// Reads a source. `git:REF` without a path takes the path of the other side.
pub(crate) fn read(folder: &Path, named: &str, other: &str) -> Result<Source, CheckError> {
    let unreadable = |reason: String| CheckError::Unreadable { what: named.to_owned(), reason };
    let (tree, path) = match named.strip_prefix("git:") {
        None => (Tree::Disk, folder.join(named)),
        Some(rest) => {
            let (reference, path) = rest.split_once(':').unwrap_or((rest, ""));
            let path = if path.is_empty() { path_of(other) } else { path };
            (Tree::Git { folder: folder.to_owned(), reference: reference.to_owned() }, PathBuf::from(path))
        }
    };
    match tree.list(&path) {
        Ok(names) => read_folder(&tree, &path, &names).map_err(unreadable),
        Err(reason) => match tree.read(&path) {
            Ok(text) => read_file(&tree, &path, &text).map_err(unreadable),
            Err(_) => Err(unreadable(reason)),
        },
    }
}

fn path_of(named: &str) -> &str {
    match named.strip_prefix("git:") {
        None => named,
        Some(rest) => rest.split_once(':').map_or("", |(_, path)| path),
    }
}

fn read_folder(tree: &Tree, folder: &Path, names: &[String]) -> Result<Source, String> {
    for name in ["supergraph.yaml", "supergraph.yml"] {
        if names.iter().any(|found| found == name) {
            let path = folder.join(name);
            return read_file(tree, &path, &tree.read(&path)?);
        }
    }
    let mut subgraphs = Vec::new();
    for name in names {
        let Some(stem) = stem(name) else { continue };
        let path = folder.join(name);
        let sdl = tree.read(&path)?;
        subgraphs.push(NamedSchema {
            schema: SubgraphSchema { name: stem.to_owned(), url: String::new(), sdl },
            file: path.display().to_string(),
        });
    }
    if subgraphs.is_empty() {
        return Err("there is no supergraph.yaml and no *.graphql in it".to_owned());
    }
    Ok(Source::Subgraphs { subgraphs, links: None, contract: None })
}

fn stem(name: &str) -> Option<&str> {
    [".graphql", ".graphqls", ".gql"].iter().find_map(|ending| name.strip_suffix(ending))
}

fn read_file(tree: &Tree, path: &Path, text: &str) -> Result<Source, String> {
    let is_yaml = path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
    if !is_yaml {
        return Ok(Source::Supergraph(text.to_owned()));
    }
    let config::ComposeFile { subgraphs, links, contract } =
        config::parse_compose(text, path, &|path| tree.read(path)).map_err(|error| error.to_string())?;
    let subgraphs = subgraphs
        .into_iter()
        .map(|subgraph| NamedSchema {
            file: subgraph.file.unwrap_or_else(|| path.to_owned()).display().to_string(),
            schema: SubgraphSchema { name: subgraph.name, url: subgraph.url, sdl: subgraph.sdl },
        })
        .collect();
    Ok(Source::Subgraphs { subgraphs, links, contract })
}

/// Where files are.
enum Tree {
    Disk,
    Git { folder: PathBuf, reference: String },
}

impl Tree {
    fn read(&self, path: &Path) -> Result<String, String> {
        match self {
            Tree::Disk => std::fs::read_to_string(path).map_err(|error| error.to_string()),
            Tree::Git { folder, reference } => git(folder, &["show", &object(reference, path)]),
        }
    }

    /// The names of the files in a folder, sorted.
    fn list(&self, path: &Path) -> Result<Vec<String>, String> {
        let mut names: Vec<String> = match self {
            Tree::Disk => std::fs::read_dir(path)
                .map_err(|error| error.to_string())?
                .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
                .collect(),
            Tree::Git { folder, reference } => {
                git(folder, &["ls-tree", "-z", "--name-only", &object(reference, path)])?
                    .split_terminator('\0')
                    .map(str::to_owned)
                    .collect()
            }
        };
        names.sort();
        Ok(names)
    }
}

/// `REF:./path`: relative to the folder that git is started in.
fn object(reference: &str, path: &Path) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let mut above = 0;
    for part in path.components() {
        match part {
            Component::Normal(name) => parts.extend(name.to_str()),
            Component::ParentDir => {
                if parts.pop().is_none() {
                    above += 1;
                }
            }
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    format!("{reference}:./{}{}", "../".repeat(above), parts.join("/"))
}

fn git(folder: &Path, arguments: &[&str]) -> Result<String, String> {
    // What follows a reference is never taken for an option.
    if arguments.iter().skip(1).any(|argument| argument.starts_with('-') && argument.contains(':')) {
        return Err("a git reference does not begin with `-`".to_owned());
    }
    let output = Command::new("git")
        .arg("-C")
        .arg(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })
        .args(arguments)
        .output()
        .map_err(|error| format!("git cannot be started: {error}"))?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        return Err(reason.lines().next().unwrap_or("git failed").to_owned());
    }
    String::from_utf8(output.stdout).map_err(|_| "it is not UTF-8".to_owned())
}
