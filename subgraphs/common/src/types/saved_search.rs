//! `SavedSearch`: a user's search under a name, with its parameters as given.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use service::{DateTime, Failure};

use super::category::Category;
use super::collection::{Collection, to_stores};
use super::organization::Organization;
use crate::loaders::{OrganizationOf, loaders, tree};
use crate::store::saved_search::{self as store, Parameters};

/// A user's search under a name.
pub struct SavedSearch(pub store::SavedSearch);

/// What a saved search searches for. Everything set must hold.
pub struct SavedSearchParameters(Parameters);

/// The order of the hits of a saved search.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "store::Order")]
pub enum SavedSearchOrder {
    /// Best first.
    Relevance,
    /// Newest first.
    Newest,
    /// Oldest first.
    Oldest,
}

/// What a saved search searches for. Everything set must hold.
#[derive(InputObject)]
pub struct SavedSearchParametersInput {
    /// The words, as one types them.
    pub text: Option<String>,
    /// Which collections; none means all.
    pub collections: Option<Vec<Collection>>,
    /// Any of these categories or of those below them.
    pub category_ids: Option<Vec<ID>>,
    /// Any of these organizations.
    pub organization_ids: Option<Vec<ID>>,
    /// Any of these keywords.
    pub keywords: Option<Vec<String>>,
    /// Any of these languages, e.g. ko.
    pub languages: Option<Vec<String>>,
    /// Published at or after.
    pub published_from: Option<DateTime>,
    /// Published before.
    pub published_before: Option<DateTime>,
    /// The order of the hits.
    #[graphql(default_with = "SavedSearchOrder::Relevance")]
    pub order: SavedSearchOrder,
}

impl From<SavedSearchParametersInput> for Parameters {
    fn from(input: SavedSearchParametersInput) -> Self {
        let texts = |ids: Option<Vec<ID>>| ids.unwrap_or_default().into_iter().map(|id| id.0).collect();
        Self {
            text: input.text,
            collections: to_stores(input.collections),
            category_ids: texts(input.category_ids),
            organization_ids: texts(input.organization_ids),
            keywords: input.keywords.unwrap_or_default(),
            languages: input.languages.unwrap_or_default(),
            published_from: input.published_from.map(|moment| moment.0),
            published_before: input.published_before.map(|moment| moment.0),
            order: input.order.into(),
        }
    }
}

/// A user's search under a name.
#[Object]
impl SavedSearch {
    /// The saved search's id.
    async fn id(&self) -> ID {
        ID::from(&self.0.id)
    }

    /// Its name; no two of a user's are the same.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What is searched for.
    async fn parameters(&self) -> SavedSearchParameters {
        SavedSearchParameters(self.0.parameters.clone())
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When its parameters were last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}

/// What a saved search searches for. Everything set must hold.
#[Object]
impl SavedSearchParameters {
    /// The words, as one types them.
    async fn text(&self) -> Option<&str> {
        self.0.text.as_deref()
    }

    /// Which collections; none means all.
    async fn collections(&self) -> Vec<Collection> {
        self.0.collections.iter().copied().map(Into::into).collect()
    }

    /// The ids of the categories.
    async fn category_ids(&self) -> Vec<ID> {
        self.0.category_ids.iter().map(ID::from).collect()
    }

    /// The categories; those that are gone are left out.
    async fn categories(&self, ctx: &Context<'_>) -> Result<Vec<Category>> {
        let tree = tree(ctx).await?;
        Ok(self.0.category_ids.iter().filter_map(|id| tree.get(id)).cloned().map(Category).collect())
    }

    /// The ids of the organizations.
    async fn organization_ids(&self) -> Vec<ID> {
        self.0.organization_ids.iter().map(ID::from).collect()
    }

    /// The organizations; those that are gone are left out.
    async fn organizations(&self, ctx: &Context<'_>) -> Result<Vec<Organization>> {
        let keys = self.0.organization_ids.iter().cloned().map(OrganizationOf);
        let mut found = loaders(ctx)?.load_many(keys).await.map_err(Failure::from)?;
        let ids = self.0.organization_ids.iter();
        Ok(ids.filter_map(|id| found.remove(&OrganizationOf(id.clone()))).map(Organization).collect())
    }

    /// Any of these keywords.
    async fn keywords(&self) -> &[String] {
        &self.0.keywords
    }

    /// Any of these languages.
    async fn languages(&self) -> &[String] {
        &self.0.languages
    }

    /// Published at or after.
    async fn published_from(&self) -> Option<DateTime> {
        self.0.published_from.map(DateTime)
    }

    /// Published before.
    async fn published_before(&self) -> Option<DateTime> {
        self.0.published_before.map(DateTime)
    }

    /// The order of the hits.
    async fn order(&self) -> SavedSearchOrder {
        self.0.order.into()
    }
}
