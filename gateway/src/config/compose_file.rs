//! The file that `gateway compose` reads: the format of `rover supergraph compose`.

use std::path::{Path, PathBuf};

use super::access_file::parse_access_file;
use super::document::{Node, Origin};
use super::reader::{Mistake, Mistakes, Section};
use super::values::{boolean, text};
use crate::composition::{Contract, EntityLinks, Terms};

/// What the file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComposeFile {
    /// The subgraphs.
    pub subgraphs: Vec<ComposedSubgraph>,
    /// The links between them, where it names a file that declares them (`access: FILE`).
    pub links: Option<EntityLinks>,
    /// Which part of the supergraph is public, where it says so (`contract: { include, exclude, hide_unreachable_types }`).
    pub contract: Option<Contract>,
}

impl ComposeFile {
    /// What the supergraph has to keep.
    pub fn terms(&self) -> Terms<'_> {
        Terms { links: self.links.as_ref(), contract: self.contract.as_ref() }
    }
}

/// One subgraph of the file, its schema read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComposedSubgraph {
    /// Its name.
    pub name: String,
    /// Where it answers; may be empty.
    pub url: String,
    /// The file of its schema, when it is not written in place.
    pub file: Option<PathBuf>,
    /// Its schema.
    pub sdl: String,
}

/// How the files that such a file names are read: from the disk, or from a git ref.
pub type ReadSchema<'a> = &'a dyn Fn(&Path) -> Result<String, String>;

/// Reads the text of such a file; relative paths in it start at `folder`.
pub fn parse_compose_file(yaml: &str, folder: &Path, read: ReadSchema) -> Result<ComposeFile, Vec<Mistake>> {
    let root = Node::parse(yaml).map_err(|(origin, reason)| {
        vec![Mistake { origin, key: String::new(), reason: format!("is not YAML: {reason}") }]
    })?;
    let mistakes = Mistakes::default();
    let mut section = Section::open("", root, &mistakes);
    // Which federation version another composer should use; ours knows only one way.
    section.take("federation_version");
    let links = links(&mut section, folder, read);
    let contract = contract(&mut section);
    let named = section.named("subgraphs");
    if named.is_empty() {
        section.mistake(&Origin::Absent, "subgraphs", "is needed and needs at least one subgraph".to_owned());
    }
    let subgraphs: Vec<_> = (named.into_iter())
        .filter_map(|(name, node)| subgraph((name, node), folder, read, &mistakes))
        .collect();
    drop(section);
    let found = mistakes.take();
    if found.is_empty() { Ok(ComposeFile { subgraphs, links, contract }) } else { Err(found) }
}

fn links(section: &mut Section, folder: &Path, read: ReadSchema) -> Option<EntityLinks> {
    section.get("access", |file| {
        let path = folder.join(file);
        let text = read(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        parse_access_file(&text).map_err(|mistake| match mistake.origin {
            Origin::Line(line) => format!("{}:{line}: {}", path.display(), mistake.reason),
            _ => format!("{}: {}", path.display(), mistake.reason),
        })
    })
}

fn contract(section: &mut Section) -> Option<Contract> {
    let node = section.take("contract")?;
    let origin = node.origin.clone();
    let mut tags = section.nested("contract", node);
    let include = tags.list("include", text).unwrap_or_default();
    let exclude = tags.list("exclude", text).unwrap_or_default();
    let hide_unreachable_types = tags.get("hide_unreachable_types", boolean).unwrap_or_default();
    let contract = Contract::new(include, exclude, hide_unreachable_types);
    contract.map_err(|error| section.mistake(&origin, "contract", format!("cannot be kept: {error}"))).ok()
}

fn subgraph(
    (name, node): (String, Node),
    folder: &Path,
    read: ReadSchema,
    mistakes: &Mistakes,
) -> Option<ComposedSubgraph> {
    let origin = node.origin.clone();
    let mut section = Section::open(&format!("subgraphs.{name}"), node, mistakes);
    let url = section.get("routing_url", |url| Ok(url.to_owned())).unwrap_or_default();
    let mut schema = section.section("schema");
    match (schema.get("file", text), schema.get("sdl", text)) {
        (Some(file), None) => {
            let path = folder.join(file);
            match read(&path) {
                Ok(sdl) => Some(ComposedSubgraph { name, url, file: Some(path), sdl }),
                Err(error) => {
                    schema.mistake(&origin, "file", format!("cannot read {}: {error}", path.display()));
                    None
                }
            }
        }
        (None, Some(sdl)) => Some(ComposedSubgraph { name, url, file: None, sdl }),
        _ => {
            section.mistake(&origin, "schema", "needs `file: PATH` or `sdl: TEXT`".to_owned());
            None
        }
    }
}
