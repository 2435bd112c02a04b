//! Which names of a supergraph belong to specifications (`@link`, `@core`) and not to its users.

use apollo_compiler::Schema;
use apollo_compiler::ast::Value;
use apollo_compiler::schema::Directive;
use rustc_hash::{FxHashMap, FxHashSet};

use super::error::SupergraphError;

/// The specifications that a supergraph links, and under which names their elements stand.
#[derive(Debug, Default)]
pub(super) struct Machinery {
    /// Prefix (`join`) by specification name.
    prefixes: FxHashMap<String, String>,
    /// (specification, element with `@` for directives) to its name in the document, without `@`.
    imports: FxHashMap<(String, String), String>,
    /// Imported names, as written in the document: directives and types apart.
    imported_directives: FxHashSet<String>,
    imported_types: FxHashSet<String>,
    join_version: (u32, u32),
    /// URLs of what is needed to run it and not known.
    unknown: Vec<String>,
}

/// The last version of the join specification that is known.
const LAST_JOIN: (u32, u32) = (0, 5);

/// What a supergraph may need for execution or security.
const KNOWN: [&str; 11] = [
    "core",
    "link",
    "join",
    "tag",
    "inaccessible",
    "authenticated",
    "requiresScopes",
    "policy",
    "cost",
    "context",
    "cacheTag",
];

impl Machinery {
    /// Reads `@link` and `@core` of the schema definition.
    pub(super) fn read(schema: &Schema) -> Self {
        let mut found = Self::default();
        for (name, prefix) in [("link", "link"), ("core", "core"), ("join", "join")] {
            found.prefixes.insert(name.to_owned(), prefix.to_owned());
        }
        for directive in schema.schema_definition.directives.iter() {
            match directive.name.as_str() {
                "core" => found.add(directive, "feature"),
                _ if directive.specified_argument_by_name("url").is_some() => found.add(directive, "url"),
                _ => {}
            }
        }
        found
    }

    fn add(&mut self, directive: &Directive, url_argument: &str) {
        let text = |name: &str| directive.specified_argument_by_name(name).and_then(|v| v.as_str());
        let Some(url) = text(url_argument) else { return };
        let mut parts = url.trim_end_matches('/').rsplit('/');
        let (version, spec) = match (parts.next(), parts.next()) {
            (Some(version), Some(name)) if is_version(version) => (version, name),
            (Some(name), _) => ("v0.0", name),
            _ => return,
        };
        if spec == "join" {
            self.join_version = parse_version(version);
        }
        let is_needed = directive.specified_argument_by_name("for").is_some_and(|purpose| !purpose.is_null());
        if (is_needed && !KNOWN.contains(&spec)) || self.join_version > LAST_JOIN {
            self.unknown.push(url.to_owned());
        }
        self.prefixes.insert(spec.to_owned(), text("as").unwrap_or(spec).to_owned());
        let Some(Value::List(imports)) = directive.specified_argument_by_name("import").map(|v| v.as_ref())
        else {
            return;
        };
        for import in imports {
            let (name, alias) = match import.as_ref() {
                Value::String(name) => (name.as_str(), name.as_str()),
                Value::Object(entries) => {
                    let entry =
                        |key: &str| entries.iter().find(|(k, _)| k == key).and_then(|(_, v)| v.as_str());
                    let Some(name) = entry("name") else { continue };
                    (name, entry("as").unwrap_or(name))
                }
                _ => continue,
            };
            let plain = alias.trim_start_matches('@').to_owned();
            let names =
                if name.starts_with('@') { &mut self.imported_directives } else { &mut self.imported_types };
            names.insert(plain.clone());
            self.imports.insert((spec.to_owned(), name.to_owned()), plain);
        }
    }

    /// Refuses a supergraph that needs what is not known: the link specification, "Purpose".
    pub(super) fn refuse_unknown(&self) -> Result<(), SupergraphError> {
        match self.unknown.first() {
            Some(url) => Err(SupergraphError::UnknownSpecification(url.clone())),
            None => Ok(()),
        }
    }

    /// The name under which `@element` of a specification stands in the document.
    pub(super) fn directive(&self, spec: &str, element: &str) -> String {
        if let Some(name) = self.imports.get(&(spec.to_owned(), format!("@{element}"))) {
            return name.clone();
        }
        let prefix = self.prefixes.get(spec).map_or(spec, String::as_str);
        if element == spec { prefix.to_owned() } else { format!("{prefix}__{element}") }
    }

    /// The name under which the type `element` of a specification stands in the document.
    pub(super) fn type_name(&self, spec: &str, element: &str) -> String {
        if let Some(name) = self.imports.get(&(spec.to_owned(), element.to_owned())) {
            return name.clone();
        }
        format!("{}__{element}", self.prefixes.get(spec).map_or(spec, String::as_str))
    }

    /// Whether a type belongs to a specification.
    pub(super) fn owns_type(&self, name: &str) -> bool {
        self.imported_types.contains(name) || self.has_prefix(name)
    }

    /// Whether a directive belongs to a specification.
    pub(super) fn owns_directive(&self, name: &str) -> bool {
        self.imported_directives.contains(name)
            || self.prefixes.values().any(|prefix| prefix == name)
            || self.has_prefix(name)
    }

    /// Whether types may be owned (`@join__owner`), as in join v0.1.
    pub(super) fn has_owners(&self) -> bool {
        self.join_version == (0, 1)
    }

    fn has_prefix(&self, name: &str) -> bool {
        name.split_once("__").is_some_and(|(prefix, _)| self.prefixes.values().any(|known| known == prefix))
    }
}

fn is_version(text: &str) -> bool {
    text.strip_prefix('v').is_some_and(|rest| rest.split('.').all(|part| part.parse::<u32>().is_ok()))
}

fn parse_version(text: &str) -> (u32, u32) {
    let mut parts = text.trim_start_matches('v').split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}
