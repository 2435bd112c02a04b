//! `SearchFilter`: what narrows a search.

use async_graphql::{ID, InputObject};
use service::{ClientError, DateTime};
use stores::search;

use super::collection::{Collection, to_stores};

/// The most values that one field of a filter takes.
const MOST_VALUES: usize = 100;

/// What narrows a search. Everything given must hold; of several values of one field one must.
#[derive(InputObject, Default)]
pub struct SearchFilter {
    /// Of these collections; all unless told.
    pub collections: Option<Vec<Collection>>,
    /// Filed under one of these categories or below it.
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

impl SearchFilter {
    /// As the search engine takes it; lists that are too long are refused.
    pub fn checked(self) -> Result<(Vec<search::Collection>, search::SearchFilter), ClientError> {
        let filter = search::SearchFilter {
            category_ids: listed("categoryIds", self.category_ids.map(texts))?,
            organization_ids: listed("organizationIds", self.organization_ids.map(texts))?,
            keywords: listed("keywords", self.keywords)?,
            languages: listed("languages", self.languages)?,
            published_from: self.published_from.map(|moment| moment.0),
            published_before: self.published_before.map(|moment| moment.0),
        };
        Ok((to_stores(self.collections), filter))
    }
}

/// The values of a filter's field, none if it was not given.
pub(super) fn listed(field: &str, values: Option<Vec<String>>) -> Result<Vec<String>, ClientError> {
    let values = values.unwrap_or_default();
    match values.len() {
        count if count > MOST_VALUES => {
            let message = format!("`{field}` has {count} values; the most is {MOST_VALUES}");
            Err(ClientError::new("BAD_USER_INPUT", message))
        }
        _ => Ok(values),
    }
}

/// Ids as texts.
pub(super) fn texts(ids: Vec<ID>) -> Vec<String> {
    ids.into_iter().map(|id| id.0).collect()
}
