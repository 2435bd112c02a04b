//! `@link`: which specifications a subgraph uses, and what it calls their directives.

use std::collections::{BTreeMap, HashMap};

use apollo_compiler::ast::{Definition, Directive, Document, Value};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::{Name, Node};

use super::federation_spec::{DIRECTIVES, Known, LAST_MINOR, OWN_SPECIFICATIONS, SCALARS};
use crate::composition::codes;
use crate::composition::diagnostic::{Diagnostics, Site};
use crate::composition::subgraph::{FederationVersion, ForeignSpecification};

/// What the links of one subgraph mean.
#[derive(Debug)]
pub(crate) struct Links {
    pub(crate) version: FederationVersion,
    /// Local directive name to its meaning.
    pub(crate) directives: HashMap<Name, Known>,
    /// Local names of federation's scalars.
    pub(crate) scalars: Vec<String>,
    /// Prefixes that belong to linked specifications, such as `federation`.
    pub(crate) namespaces: Vec<String>,
    /// What the subgraph calls `@link` itself.
    pub(crate) link_name: String,
    /// Links to specifications that are not federation's.
    pub(crate) foreign: Vec<Link>,
    /// Where federation is linked.
    pub(crate) span: Option<SourceSpan>,
    /// What imported directives are called, with `@`.
    pub(crate) names: BTreeMap<Known, String>,
    /// Specifications of federation's own directives, linked apart from it.
    asks_for: Vec<Link>,
    /// The specifications linked so far.
    identities: Vec<String>,
}

/// One `@link`.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) url: String,
    pub(crate) identity: String,
    /// Last part of the identity.
    pub(crate) name: String,
    pub(crate) version: (u32, u32),
    /// `as:`, or the name.
    pub(crate) namespace: String,
    /// Imported element and its local name; directives with `@`.
    pub(crate) imports: Vec<(String, String)>,
    /// Where it stands.
    pub(crate) span: Option<SourceSpan>,
}

impl Link {
    /// What merging has to know of it.
    pub(crate) fn specification(&self) -> ForeignSpecification {
        let Link { identity, version, imports, span, .. } = self.clone();
        ForeignSpecification { identity, version, imports, span }
    }
}

impl Links {
    /// The meaning of a directive by its local name.
    pub(crate) fn known(&self, name: &Name) -> Option<Known> {
        self.directives.get(name).copied()
    }
}

/// Reads the links of a document.
pub(crate) fn read(document: &Document, diagnostics: &mut Diagnostics, site: &Site) -> Links {
    let applied = schema_directives(document);
    let link_name = link_name(&applied);
    let mut links = Links {
        version: FederationVersion::One,
        directives: HashMap::new(),
        scalars: Vec::new(),
        namespaces: vec![link_name.clone()],
        link_name,
        foreign: Vec::new(),
        span: None,
        names: BTreeMap::new(),
        asks_for: Vec::new(),
        identities: Vec::new(),
    };
    for directive in &applied {
        if directive.name != links.link_name.as_str() {
            continue;
        }
        let here = Site { span: directive.location(), ..site.clone() };
        match parse_link(directive) {
            Ok(link) if links.identities.contains(&link.identity) => {
                let message = format!("\"{}\" is linked a second time", link.identity);
                diagnostics.report(codes::INVALID_LINK_DIRECTIVE_USAGE, message, [here]);
            }
            Ok(link) => add(&mut links, link, diagnostics, &here),
            Err((code, message)) => diagnostics.report(code, message, [here]),
        }
    }
    remark_on_versions(&links, diagnostics, site);
    if links.version == FederationVersion::One {
        for entry in DIRECTIVES.iter().filter(|entry| entry.federation1) {
            links.directives.entry(Name::new_unchecked(entry.name)).or_insert(entry.known);
        }
    }
    links
}

/// A specification that came with a later version of federation than is linked is understood all the same. Only those are
/// told that the reference composer tells too.
fn remark_on_versions(links: &Links, diagnostics: &mut Diagnostics, site: &Site) {
    let FederationVersion::Two(minor) = links.version else { return };
    let told = |link: &&Link| matches!(link.name.as_str(), "authenticated" | "cost");
    let since = |link: &Link| {
        let entry = DIRECTIVES.iter().find(|entry| entry.name == link.name)?;
        (entry.since > minor).then_some((entry.since, link.span))
    };
    if let Some((needed, span)) =
        links.asks_for.iter().filter(told).filter_map(since).max_by_key(|(needed, _)| *needed)
    {
        let message = format!("federation v2.{minor} is linked and v2.{needed} is needed");
        let here = Site { span, ..site.clone() };
        diagnostics.report(codes::IMPLICITLY_UPGRADED_FEDERATION_VERSION, message, [here]);
    }
}

/// The directives applied to the schema, by definition and by extension.
pub(crate) fn schema_directives(document: &Document) -> Vec<Node<Directive>> {
    let mut found = Vec::new();
    for definition in &document.definitions {
        match definition {
            Definition::SchemaDefinition(schema) => found.extend(schema.directives.0.clone()),
            Definition::SchemaExtension(schema) => found.extend(schema.directives.0.clone()),
            _ => {}
        }
    }
    found
}

/// The link specification may itself be linked under another name.
fn link_name(applied: &[Node<Directive>]) -> String {
    applied
        .iter()
        .find_map(|directive| {
            let link = parse_link(directive).ok()?;
            (link.identity.ends_with("specs.apollo.dev/link") && directive.name == link.namespace.as_str())
                .then(|| link.namespace.clone())
        })
        .unwrap_or_else(|| "link".to_owned())
}

fn parse_link(directive: &Node<Directive>) -> Result<Link, (codes::Code, String)> {
    let text = |name: &str| directive.specified_argument_by_name(name).and_then(|v| v.as_str());
    let Some(url) = text("url") else {
        return Err((
            codes::INVALID_LINK_DIRECTIVE_USAGE,
            "`@link` needs a `url` that is a string".to_owned(),
        ));
    };
    let invalid = || {
        (
            codes::INVALID_LINK_IDENTIFIER,
            format!("the linked URL \"{url}\" does not end in a name and a version"),
        )
    };
    let trimmed = url.trim_end_matches('/');
    let (identity, version) = match trimmed.rsplit_once('/') {
        Some((identity, version)) => match parse_version(version) {
            Some(version) => (identity, version),
            None if version.starts_with('v') && version[1..].starts_with(|c: char| c.is_ascii_digit()) => {
                return Err(invalid());
            }
            None => (trimmed, (0, 0)),
        },
        None => return Err(invalid()),
    };
    let name = identity.rsplit('/').next().unwrap_or_default().to_owned();
    let namespace = text("as").unwrap_or(&name).to_owned();
    if Name::new(&namespace).is_err() || namespace.contains("__") {
        let message = format!("\"{namespace}\" cannot be a prefix of names; give another with `as`");
        return Err((codes::INVALID_LINK_DIRECTIVE_USAGE, message));
    }
    let imports = match directive.specified_argument_by_name("import") {
        None => Vec::new(),
        Some(value) => {
            parse_imports(value).map_err(|message| (codes::INVALID_LINK_DIRECTIVE_USAGE, message))?
        }
    };
    Ok(Link {
        url: url.to_owned(),
        identity: identity.to_owned(),
        name,
        version,
        namespace,
        imports,
        span: directive.location(),
    })
}

fn parse_version(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.strip_prefix('v')?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

fn parse_imports(value: &Value) -> Result<Vec<(String, String)>, String> {
    let single;
    let items = match value {
        Value::List(items) => items.as_slice(),
        other => {
            single = [Node::new(other.clone())];
            &single
        }
    };
    items.iter().map(|item| parse_import(item)).collect()
}

fn parse_import(item: &Value) -> Result<(String, String), String> {
    if let Some(name) = item.as_str() {
        return Ok((name.to_owned(), name.to_owned()));
    }
    let wrong = || format!("the import {item} is neither a string nor {{name: …, as: …}}");
    let fields = item.as_object().ok_or_else(wrong)?;
    if fields.iter().any(|(key, _)| key != "name" && key != "as") {
        return Err(wrong());
    }
    let get =
        |wanted: &str| fields.iter().find(|(name, _)| name == wanted).and_then(|(_, value)| value.as_str());
    let name = get("name").ok_or_else(wrong)?;
    let local = get("as").unwrap_or(name);
    if Name::new(local.trim_start_matches('@')).is_err() {
        return Err(format!("the import name \"{local}\" is not a valid name"));
    }
    if name.starts_with('@') != local.starts_with('@') {
        return Err(format!("the import \"{name}\" as \"{local}\": both names begin with `@`, or neither"));
    }
    Ok((name.to_owned(), local.to_owned()))
}

fn add(links: &mut Links, link: Link, diagnostics: &mut Diagnostics, here: &Site) {
    links.identities.push(link.identity.clone());
    let is_apollo = link.identity.ends_with("://specs.apollo.dev/federation");
    if is_apollo {
        add_federation(links, &link, diagnostics, here);
    } else if link.identity.contains("://specs.apollo.dev/")
        && OWN_SPECIFICATIONS.contains(&link.name.as_str())
    {
        add_own_specification(links, &link);
        links.asks_for.push(link);
    } else if !link.identity.ends_with("specs.apollo.dev/link") {
        links.namespaces.push(link.namespace.clone());
        links.foreign.push(link);
    } else {
        links.namespaces.push(link.namespace);
    }
}

fn add_federation(links: &mut Links, link: &Link, diagnostics: &mut Diagnostics, here: &Site) {
    let (major, minor) = link.version;
    if major != 2 || minor > LAST_MINOR {
        diagnostics.report(
            codes::UNKNOWN_FEDERATION_LINK_VERSION,
            format!("federation v{major}.{minor} is not known; the last known is v2.{LAST_MINOR}"),
            [here.clone()],
        );
        if major != 2 {
            return;
        }
    }
    links.version = FederationVersion::Two(minor);
    links.span = here.span;
    links.namespaces.push(link.namespace.clone());
    for entry in DIRECTIVES.iter().filter(|entry| entry.since <= minor) {
        let qualified = format!("{}__{}", link.namespace, entry.name);
        links.directives.insert(Name::new_unchecked(&qualified), entry.known);
    }
    for (scalar, _) in SCALARS.iter().filter(|(_, since)| *since <= minor) {
        links.scalars.push(format!("{}__{scalar}", link.namespace));
    }
    for (name, local) in &link.imports {
        import(links, (name, local), minor, |message| {
            diagnostics.report(codes::INVALID_LINK_DIRECTIVE_USAGE, message, [here.clone()]);
        });
    }
}

fn import(links: &mut Links, (name, local): (&str, &str), minor: u32, mut complain: impl FnMut(String)) {
    let bare = local.trim_start_matches('@');
    if name == "@link" {
        return;
    }
    let directive =
        name.strip_prefix('@').and_then(|name| DIRECTIVES.iter().find(|entry| entry.name == name));
    let is_scalar = SCALARS.iter().any(|(scalar, since)| *scalar == name && *since <= minor);
    match (directive, Name::new(bare)) {
        (_, Err(_)) => complain(format!("the import name \"{local}\" is not a valid name")),
        (Some(entry), Ok(bare)) => {
            if entry.since > minor {
                complain(format!("`{name}` came with federation v2.{}, this is v2.{minor}", entry.since));
            }
            // Also what is too new is understood: one mistake is told once.
            links.directives.insert(bare, entry.known);
            links.names.insert(entry.known, local.to_owned());
        }
        (None, Ok(_)) if is_scalar => links.scalars.push(bare.to_owned()),
        (None, Ok(_)) => {
            let missing_at = DIRECTIVES.iter().any(|entry| entry.name == name);
            let hint = if missing_at { format!("; did you mean \"@{name}\"?") } else { String::new() };
            complain(format!("federation v2.{minor} has nothing named \"{name}\" to import{hint}"));
        }
    }
}

/// `https://specs.apollo.dev/inaccessible/v0.2` and the like: the directive named like its specification needs no import.
fn add_own_specification(links: &mut Links, link: &Link) {
    links.namespaces.push(link.namespace.clone());
    for entry in DIRECTIVES {
        let belongs = entry.name == link.name || (link.name == "cost" && entry.name == "listSize");
        if !belongs {
            continue;
        }
        if entry.name == link.name {
            links.directives.insert(Name::new_unchecked(&link.namespace), entry.known);
        }
        let imported = format!("@{}", entry.name);
        for (_, local) in link.imports.iter().filter(|(name, _)| *name == imported) {
            links.names.insert(entry.known, local.clone());
            links.directives.insert(Name::new_unchecked(&local[1..]), entry.known);
        }
    }
}
