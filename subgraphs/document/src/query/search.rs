//! What the search engine answers: hits and suggestions.

use async_graphql::{Context, Object, Result};
use service::error::nullable;
use service::{ClientError, Failure, PageArgs};
use stores::StoreError;
use stores::search::{Facet, SearchRequest};

use crate::store::stores;
use crate::types::collection::{Collection, to_stores};
use crate::types::document::at_most;
use crate::types::facets::FACETS;
use crate::types::search_connection::SearchConnection;
use crate::types::search_filter::SearchFilter;
use crate::types::search_order::SearchOrder;

/// The longest text that is searched for, in characters.
const LONGEST_TEXT: usize = 500;
/// The most suggestions.
const MOST_SUGGESTIONS: i32 = 20;

/// What the search engine answers.
#[derive(Default)]
pub struct Search;

#[Object]
impl Search {
    /// Searches titles, keywords, abstracts and full texts for documents that have all of the words. Korean words are found
    /// with any particles behind them.
    #[expect(clippy::too_many_arguments, reason = "they are the field's arguments in the schema")]
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The words; there is no query syntax. Without words everything that the filter lets through is found."
        )]
        text: Option<String>,
        #[graphql(desc = "What narrows the search.")] filter: Option<SearchFilter>,
        #[graphql(desc = "In which order; RELEVANCE unless told, without words NEWEST.")] order: Option<
            SearchOrder,
        >,
        #[graphql(desc = "How many, 20 unless told, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor; it belongs to the same words, filter and order.")]
        after: Option<String>,
    ) -> Result<Option<SearchConnection>> {
        nullable(ctx, async {
            let page = PageArgs::<String>::new(first, None)?;
            let text = checked_text("text", text.unwrap_or_default())?;
            let (collections, filter) = filter.unwrap_or_default().checked()?;
            let unless_told = if text.is_empty() { SearchOrder::Newest } else { SearchOrder::Relevance };
            let request = SearchRequest {
                collections,
                text: Some(text),
                filter,
                order: order.unwrap_or(unless_told).into(),
                first: page.first,
                after,
                facets: asked_facets(ctx),
                highlight: ctx.look_ahead().field("edges").field("highlights").exists(),
            };
            let result = stores(ctx)?.search.search(&request).await.map_err(failure)?;
            Ok(Some(SearchConnection { is_continued: request.after.is_some(), result }))
        })
        .await
    }

    /// Titles that begin like what is being typed, or have words that do; those that begin so come first, then the newest.
    async fn suggest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What has been typed so far.")] prefix: String,
        #[graphql(desc = "In which collections; all unless told.")] collections: Option<Vec<Collection>>,
        #[graphql(desc = "How many, 10 unless told, at most 20.")] first: Option<i32>,
    ) -> Result<Option<Vec<String>>> {
        nullable(ctx, async {
            let first = at_most(MOST_SUGGESTIONS, first.unwrap_or(10))?;
            let prefix = checked_text("prefix", prefix)?;
            Ok(Some(stores(ctx)?.search.suggest(&to_stores(collections), &prefix, first).await?))
        })
        .await
    }
}

/// Only what the client selects is counted.
fn asked_facets(ctx: &Context<'_>) -> Vec<Facet> {
    let selected = |name: &str| ctx.look_ahead().field("facets").field(name).exists();
    FACETS.into_iter().filter(|(name, _)| selected(name)).map(|(_, facet)| facet).collect()
}

fn checked_text(argument: &str, text: String) -> std::result::Result<String, ClientError> {
    let text = text.trim();
    match text.chars().count() {
        length if length > LONGEST_TEXT => {
            let message = format!("`{argument}` has {length} characters; the most is {LONGEST_TEXT}");
            Err(ClientError::new("BAD_USER_INPUT", message))
        }
        _ => Ok(text.to_owned()),
    }
}

/// The only name that a search takes is its cursor.
fn failure(error: StoreError) -> Failure {
    match error {
        StoreError::InvalidName(_) => {
            ClientError::new("INVALID_CURSOR", "`after` is not a cursor of this search").into()
        }
        other => other.into(),
    }
}
