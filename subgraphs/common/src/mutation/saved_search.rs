//! Saved searches: each signed-in person's own.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject, Union};
use service::{Clock, nullable};

use super::require_reader;
use crate::loaders::refresh;
use crate::store::saved_search::{self, MOST_SAVED_SEARCHES, Parameters, Saved};
use crate::store::{Stores, new_id};
use crate::types::failure::{
    InvalidFields, LimitReached, Problems, SavedSearchNameTaken, SavedSearchNotFound,
};
use crate::types::saved_search::{SavedSearch, SavedSearchParametersInput};

/// Saved searches.
#[derive(Default)]
pub struct SavedSearches;

/// A search to be saved.
#[derive(InputObject)]
pub struct SaveSearchInput {
    /// Its name, up to 200 characters.
    name: String,
    /// What is searched for.
    parameters: SavedSearchParametersInput,
    /// Whether a saved search of the same name gets the new parameters.
    #[graphql(default)]
    replace: bool,
}

/// The search is saved.
#[derive(SimpleObject)]
pub struct SaveSearchSuccess {
    /// The saved search.
    saved_search: SavedSearch,
}

/// How saving a search ended.
#[derive(Union)]
pub enum SaveSearchPayload {
    /// It is saved.
    Success(SaveSearchSuccess),
    /// There is one of that name.
    NameTaken(SavedSearchNameTaken),
    /// The user has as many as one may have.
    Limit(LimitReached),
    /// The input is not acceptable.
    Invalid(InvalidFields),
}

/// The saved search is gone.
#[derive(SimpleObject)]
pub struct DeleteSavedSearchSuccess {
    /// The id that it had.
    saved_search_id: ID,
}

/// How deleting a saved search ended.
#[derive(Union)]
pub enum DeleteSavedSearchPayload {
    /// It is gone.
    Success(DeleteSavedSearchSuccess),
    /// The user has no such saved search.
    NotFound(SavedSearchNotFound),
}

#[Object]
impl SavedSearches {
    /// Saves a search of the user who asks under a name.
    async fn save_search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The search.")] input: SaveSearchInput,
    ) -> Result<Option<SaveSearchPayload>> {
        nullable(ctx, async {
            let user = require_reader(ctx)?;
            let (replace, name) = (input.replace, input.name.trim().to_owned());
            let parameters = Parameters::from(input.parameters);
            if let Some(invalid) = problems(&name, &parameters).found() {
                return Ok(Some(invalid.into()));
            }
            let at = ctx.data_unchecked::<Clock>().now();
            let mut row = saved_search::SavedSearch {
                id: new_id(),
                user_id: user.id.clone(),
                name,
                parameters,
                created_at: at,
                updated_at: at,
            };
            let database = &ctx.data_unchecked::<Stores>().common;
            let saved = saved_search::save(database, &mut row, replace).await?;
            refresh(ctx)?;
            Ok(Some(match saved {
                Saved::Stored => SaveSearchSuccess { saved_search: SavedSearch(row) }.into(),
                Saved::NameTaken(there) => SavedSearchNameTaken::new(SavedSearch(*there)).into(),
                Saved::TooMany => {
                    LimitReached::new(i32::try_from(MOST_SAVED_SEARCHES).unwrap_or(i32::MAX)).into()
                }
            }))
        })
        .await
    }

    /// Deletes a saved search of the user who asks.
    async fn delete_saved_search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The saved search's id.")] saved_search_id: ID,
    ) -> Result<Option<DeleteSavedSearchPayload>> {
        nullable(ctx, async {
            let user = require_reader(ctx)?;
            let database = &ctx.data_unchecked::<Stores>().common;
            let removed = saved_search::delete(database, &user.id, &saved_search_id).await?;
            refresh(ctx)?;
            Ok(Some(match removed {
                true => DeleteSavedSearchSuccess { saved_search_id }.into(),
                false => SavedSearchNotFound::new(saved_search_id).into(),
            }))
        })
        .await
    }
}

fn problems(name: &str, parameters: &Parameters) -> Problems {
    let mut problems = Problems::default();
    problems.text("name", name, 200);
    problems.optional_text("parameters.text", parameters.text.as_deref().unwrap_or_default(), 500);
    let lists = [
        ("parameters.categoryIds", &parameters.category_ids),
        ("parameters.organizationIds", &parameters.organization_ids),
        ("parameters.keywords", &parameters.keywords),
        ("parameters.languages", &parameters.languages),
    ];
    for (field, list) in lists {
        problems.check(list.len() <= 100, field, "must not be more than 100");
        problems.check(list.iter().all(|text| text.len() <= 300), field, "must not be longer than 300 bytes");
    }
    if let (Some(from), Some(before)) = (parameters.published_from, parameters.published_before) {
        problems.check(from < before, "parameters.publishedBefore", "must be after publishedFrom");
    }
    problems
}
