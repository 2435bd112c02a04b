//! The languages in which names are kept.

use async_graphql::Enum;

/// A language in which names are kept.
#[derive(Enum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Korean.
    #[default]
    Ko,
    /// English.
    En,
}

impl Language {
    /// The text in this language.
    pub fn choose<'a>(self, korean: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::Ko => korean,
            Self::En => english,
        }
    }
}
