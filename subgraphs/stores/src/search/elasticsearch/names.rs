//! The names of indexes and aliases.

use crate::search::Collection;
use crate::{Result, StoreError};

/// The generation that a collection begins with; the same for all replicas, so that they make it once.
const FIRST: &str = "0";

pub(super) struct Names {
    prefix: String,
}

impl Names {
    pub(super) fn new(prefix: &str) -> Result<Self> {
        let fits =
            |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "_-".contains(letter);
        let begins =
            prefix.chars().next().is_none_or(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit());
        if begins && prefix.chars().all(fits) && prefix.len() <= 100 {
            return Ok(Self { prefix: prefix.to_owned() });
        }
        Err(StoreError::InvalidName(format!(
            "search prefix {prefix:?}: use at most 100 lower-case letters, digits, `_` and `-`, a letter or digit first"
        )))
    }

    /// The alias of a collection, which readers and writers use.
    pub(super) fn alias(&self, collection: Collection) -> String {
        format!("{}{}", self.prefix, collection.name())
    }

    /// The aliases of these collections, of all if none is named.
    pub(super) fn aliases(&self, collections: &[Collection]) -> String {
        let asked = |collection: &Collection| collections.is_empty() || collections.contains(collection);
        let aliases = Collection::ALL.into_iter().filter(asked).map(|collection| self.alias(collection));
        aliases.collect::<Vec<_>>().join(",")
    }

    pub(super) fn first_index(&self, collection: Collection) -> String {
        format!("{}-{FIRST}", self.alias(collection))
    }

    pub(super) fn new_index(&self, collection: Collection) -> String {
        format!("{}-{}", self.alias(collection), uuid::Uuid::now_v7().simple())
    }

    /// Finds all generations of a collection, and perhaps others: see [`Self::is_generation`].
    pub(super) fn generations(&self, collection: Collection) -> String {
        format!("{}-*", self.alias(collection))
    }

    /// Whether an index is a generation of this collection and not of another installation with a longer prefix.
    pub(super) fn is_generation(&self, collection: Collection, index: &str) -> bool {
        let generation = index.strip_prefix(&self.alias(collection)).and_then(|rest| rest.strip_prefix('-'));
        generation.is_some_and(|generation| generation == FIRST || uuid::Uuid::try_parse(generation).is_ok())
    }

    /// The alias through which an unpublished index is written: a write to an alias that is gone fails, a write to an index
    /// that is gone would make it anew.
    pub(super) fn rebuild_alias(index: &str) -> String {
        format!("{index}-rebuild")
    }
}

/// Which collection an error of several is filed under: the first asked for.
pub(super) fn store_name(collections: &[Collection]) -> &'static str {
    collections.iter().min().map_or(Collection::ALL[0].name(), |collection| collection.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_generations_of_the_own_prefix_are_ours() {
        let names = Names::new("").unwrap();
        let fresh = names.new_index(Collection::Politica);
        let other = Names::new("politica-x_").unwrap().new_index(Collection::Politica);
        for (index, expected) in [
            ("politica-0", true),
            (&fresh, true),
            (&other, false),
            ("politica-logs", false),
            ("politica", false),
            ("project-0", false),
        ] {
            assert_eq!(names.is_generation(Collection::Politica, index), expected, "{index}");
        }
    }

    #[test]
    fn prefixes_that_engines_refuse_are_refused() {
        for prefix in ["A", "-a", "_a", "a b", "a*", "a,b", "../", "가", &"a".repeat(101)] {
            assert!(Names::new(prefix).is_err(), "{prefix}");
        }
        assert!(Names::new("knlab_test_1-").is_ok());
    }
}
