//! The environment: `GATEWAY__SECTION__KEY=value` replaces one value of the configuration file.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::document::{Node, Origin, Value};

const PREFIX: &str = "GATEWAY__";

/// Environment variables as they were when the program started.
#[derive(Clone, Debug, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// The variables of this process. Ones that are not Unicode are left out: none of ours can be.
    pub fn of_process() -> Environment {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Environment(std::env::vars_os().filter_map(text).collect())
    }

    /// One variable's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Puts every `GATEWAY__…` variable into the tree at the place its name says.
    pub(super) fn overlay(&self, root: &mut Node) {
        for (name, value) in &self.0 {
            if let Some(path) = name.strip_prefix(PREFIX) {
                let origin = Origin::Variable(name.clone());
                let leaf = Node { value: Value::Text(value.clone()), origin: origin.clone() };
                put(root, &path.split("__").collect::<Vec<_>>(), leaf, &origin);
            }
        }
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Environment {
    fn from(variables: [(&str, &str); N]) -> Environment {
        Environment(variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
    }
}

fn put(node: &mut Node, path: &[&str], leaf: Node, origin: &Origin) {
    let Some((first, rest)) = path.split_first() else {
        *node = leaf;
        return;
    };
    if !matches!(node.value, Value::Map(_)) {
        *node = Node { value: Value::Map(IndexMap::new()), origin: origin.clone() };
    }
    if let Value::Map(map) = &mut node.value {
        // A variable cannot hold `-` or `.`, a subgraph's name can: compare as a shell would spell it.
        let written = map.keys().find(|key| as_variable(key) == *first).cloned();
        let key = written.unwrap_or_else(|| first.to_ascii_lowercase());
        let child = map.entry(key).or_insert_with(|| Node { value: Value::Nothing, origin: origin.clone() });
        put(child, rest, leaf, origin);
    }
}

fn as_variable(key: &str) -> String {
    key.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}
