//! Subgraphs in the making, and how they are written down.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// What a type of a subgraph is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    #[default]
    Object,
    Interface,
    InterfaceObject,
    Union,
}

/// A field of a subgraph's type.
#[derive(Clone, Debug, Default)]
pub struct FieldDraft {
    pub arguments: String,
    pub ty: String,
    pub directives: BTreeSet<String>,
}

impl FieldDraft {
    /// A field without arguments and directives.
    pub fn plain(ty: impl Into<String>) -> FieldDraft {
        FieldDraft { ty: ty.into(), ..FieldDraft::default() }
    }

    /// The same with a directive.
    pub fn with(mut self, directive: &str) -> FieldDraft {
        self.directives.insert(directive.to_string());
        self
    }

    /// The named type inside lists and non-null.
    pub fn named(&self) -> &str {
        self.ty.trim_matches(|c| matches!(c, '[' | ']' | '!'))
    }

    pub fn has(&self, directive: &str) -> bool {
        self.directives.iter().any(|known| known.starts_with(directive))
    }
}

/// A type of a subgraph.
#[derive(Clone, Debug, Default)]
pub struct TypeDraft {
    pub kind: Kind,
    /// Field sets, and whether they can be resolved.
    pub keys: Vec<(String, bool)>,
    /// The contexts that it sets.
    pub contexts: BTreeSet<&'static str>,
    pub implements: BTreeSet<String>,
    pub fields: BTreeMap<String, FieldDraft>,
    pub members: BTreeSet<String>,
}

/// A subgraph.
#[derive(Clone, Debug, Default)]
pub struct SubgraphDraft {
    pub types: BTreeMap<String, TypeDraft>,
    /// Values of the enum that only comes out.
    pub colours: Vec<&'static str>,
}

const INPUTS: &str = "scalar Json\nenum Order { ASC DESC }\n\
    input Filter { text: String = \"q\" order: Order ids: [ID!] inner: Filter limit: Int! = 5 }\n";

impl SubgraphDraft {
    /// The subgraph's SDL, without `@link`.
    pub fn sdl(&self) -> String {
        let mut text = String::from(INPUTS);
        writeln!(text, "enum Colour {{ {} }}", self.colours.join(" ")).unwrap();
        for (name, ty) in &self.types {
            ty.write(name, &mut text);
        }
        text
    }
}

impl TypeDraft {
    fn write(&self, name: &str, text: &mut String) {
        if self.kind == Kind::Union {
            let members: Vec<&str> = self.members.iter().map(String::as_str).collect();
            writeln!(text, "union {name} = {}", members.join(" | ")).unwrap();
            return;
        }
        text.push_str(if self.kind == Kind::Interface { "interface " } else { "type " });
        text.push_str(name);
        if !self.implements.is_empty() {
            let all: Vec<&str> = self.implements.iter().map(String::as_str).collect();
            write!(text, " implements {}", all.join(" & ")).unwrap();
        }
        if self.kind == Kind::InterfaceObject {
            text.push_str(" @interfaceObject");
        }
        for (key, is_resolvable) in &self.keys {
            let more = if *is_resolvable { "" } else { ", resolvable: false" };
            write!(text, " @key(fields: \"{key}\"{more})").unwrap();
        }
        for context in &self.contexts {
            write!(text, " @context(name: \"{context}\")").unwrap();
        }
        text.push_str(" {\n");
        for (name, field) in &self.fields {
            let directives: String = field.directives.iter().map(|d| format!(" {d}")).collect();
            writeln!(text, "  {name}{}: {}{directives}", field.arguments, field.ty).unwrap();
        }
        text.push_str("}\n");
    }
}
