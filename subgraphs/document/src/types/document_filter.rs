//! `DocumentFilter`: which documents a list has.

use async_graphql::{ID, InputObject};
use service::{ClientError, DateTime};

use super::collection::{Collection, to_stores};
use super::search_filter::{listed, texts};
use crate::store::document::Filter;

/// Which documents a list has. Everything given must hold; of several values of one field one must.
#[derive(InputObject, Default)]
pub struct DocumentFilter {
    /// Of these collections; all unless told.
    pub collections: Option<Vec<Collection>>,
    /// Filed under exactly one of these categories; `search` also finds what is filed below them.
    pub category_ids: Option<Vec<ID>>,
    /// Issued by one of these organizations.
    pub organization_ids: Option<Vec<ID>>,
    /// Filed under one of these words, exactly as written.
    pub keywords: Option<Vec<String>>,
    /// In one of these languages, as codes: ko, en and so on.
    pub languages: Option<Vec<String>>,
    /// Published at this moment or later.
    pub published_from: Option<DateTime>,
    /// Published earlier than this moment.
    pub published_before: Option<DateTime>,
}

impl DocumentFilter {
    /// As the store takes it; lists that are too long are refused.
    pub fn checked(self) -> Result<Filter, ClientError> {
        Ok(Filter {
            collections: to_stores(self.collections),
            category_ids: listed("categoryIds", self.category_ids.map(texts))?,
            organization_ids: listed("organizationIds", self.organization_ids.map(texts))?,
            keywords: listed("keywords", self.keywords)?,
            languages: listed("languages", self.languages)?,
            published_from: self.published_from.map(|moment| moment.0),
            published_before: self.published_before.map(|moment| moment.0),
        })
    }
}
