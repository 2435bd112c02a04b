//! The matrix itself, as `schema/access.toml` says it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use anyhow::{Context, Result, bail};
use gateway::composition::EntityLinks;
use serde::Deserialize;

/// The file, as it was when this was built.
const FILE: &str = include_str!("../../../../schema/access.toml");

/// The matrix.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matrix {
    /// What there is to reach, by name.
    pub stores: BTreeMap<Store, String>,
    /// Who reaches it, by name.
    pub programs: BTreeMap<String, Program>,
    /// Whose entities are whose.
    pub entities: EntityLinks,
}

/// A row of the matrix.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Program {
    /// The programs that it sends requests to.
    pub calls: BTreeSet<String>,
    /// Whether clients reach it.
    pub public: bool,
    /// Whether it fetches pages from anywhere.
    pub fetches: bool,
    /// The stores that it may use, and how. Every other one refuses it.
    pub stores: BTreeMap<Store, Access>,
}

/// What a program may do with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// Read everything in it.
    Read,
    /// Read and write everything in it, and its schema.
    Write,
}

/// One store, written `mysql.auth`, `search.politica` or `nas`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub enum Store {
    /// A database of MySQL.
    Mysql(String),
    /// A collection of the search engine.
    Search(String),
    /// The files.
    Nas,
}

impl Matrix {
    /// The matrix of this build.
    ///
    /// # Errors
    /// When the file is no matrix; the text says where.
    pub fn read() -> Result<Self> {
        Self::parse(FILE).context("schema/access.toml")
    }

    fn parse(text: &str) -> Result<Self> {
        let matrix: Self = toml::from_str(text)?;
        for (name, program) in &matrix.programs {
            if let Some(store) = program.stores.keys().find(|store| !matrix.stores.contains_key(store)) {
                bail!("the program `{name}` uses the store `{store}`, which is not among `stores`");
            }
            if let Some(called) = program.calls.iter().find(|called| !matrix.programs.contains_key(*called)) {
                bail!("the program `{name}` calls `{called}`, which is not among `programs`");
            }
        }
        Ok(matrix)
    }

    /// Who sends requests to a program.
    pub fn callers<'a>(&'a self, called: &'a str) -> impl Iterator<Item = &'a str> {
        let calls = self.programs.iter().filter(move |(_, program)| program.calls.contains(called));
        calls.map(|(name, _)| name.as_str())
    }

    /// The databases that a program may use.
    pub fn databases<'a>(&'a self, program: &'a str) -> impl Iterator<Item = &'a str> {
        let stores = self.programs.get(program).into_iter().flat_map(|program| program.stores.keys());
        stores.filter_map(|store| match store {
            Store::Mysql(database) => Some(database.as_str()),
            Store::Search(_) | Store::Nas => None,
        })
    }

    /// Whether a program may use the search engine.
    pub fn searches(&self, program: &str) -> bool {
        let program = self.programs.get(program);
        program.is_some_and(|program| program.stores.keys().any(|store| matches!(store, Store::Search(_))))
    }

    /// What a program may do with a store.
    pub fn access(&self, program: &str, store: &Store) -> Option<Access> {
        self.programs.get(program)?.stores.get(store).copied()
    }
}

impl TryFrom<String> for Store {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        // Names go into statements, roles and networks.
        let name = |name: &str| {
            let fine = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
            (!name.is_empty() && name.bytes().all(fine)).then(|| name.to_owned())
        };
        let store = match text.split_once('.') {
            Some(("mysql", database)) => name(database).map(Store::Mysql),
            Some(("search", collection)) => name(collection).map(Store::Search),
            _ => (text == "nas").then_some(Store::Nas),
        };
        store.ok_or_else(|| {
            format!("`{text}` is no store: write `mysql.DATABASE`, `search.COLLECTION` or `nas`")
        })
    }
}

impl fmt::Display for Store {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Store::Mysql(database) => write!(formatter, "mysql.{database}"),
            Store::Search(collection) => write!(formatter, "search.{collection}"),
            Store::Nas => write!(formatter, "nas"),
        }
    }
}
