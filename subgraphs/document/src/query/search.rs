//! What the search engine answers: hits and suggestions.

use async_graphql::{Context, Object, Result};
use service::{ClientError, Failure, PageArgs};
use stores::StoreError;
use stores::search::{Facet, SearchRequest};

use crate::store::Stores;
use crate::types::collection::{Collection, to_stores};
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
        let page = PageArgs::<String>::new(first, None).map_err(Failure::from)?;
        let text = checked_text("text", text.unwrap_or_default()).map_err(Failure::from)?;
        let (collections, filter) = filter.unwrap_or_default().checked().map_err(Failure::from)?;
        let order =
            order.unwrap_or(if text.is_empty() { SearchOrder::Newest } else { SearchOrder::Relevance });
        let request = SearchRequest {
            collections,
            text: Some(text),
            filter,
            order: order.into(),
            first: page.first,
            after,
            facets: asked_facets(ctx),
            highlight: ctx.look_ahead().field("edges").field("highlights").exists(),
        };
        let result = ctx.data::<Stores>()?.search.search(&request).await.map_err(failure)?;
        Ok(Some(SearchConnection { is_continued: request.after.is_some(), result }))
    }

    /// Titles that begin like what is being typed, or have words that do; those that begin so come first, then the newest.
    async fn suggest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What has been typed so far.")] prefix: String,
        #[graphql(desc = "In which collections; all unless told.")] collections: Option<Vec<Collection>>,
        #[graphql(desc = "How many, 10 unless told, at most 20.")] first: Option<i32>,
    ) -> Result<Option<Vec<String>>> {
        let first = match first.unwrap_or(10) {
            first @ 0..=MOST_SUGGESTIONS => usize::try_from(first).unwrap_or_default(),
            first => return Err(not_a_count(first).into()),
        };
        let prefix = checked_text("prefix", prefix).map_err(Failure::from)?;
        let titles = ctx.data::<Stores>()?.search.suggest(&to_stores(collections), &prefix, first).await;
        Ok(Some(titles.map_err(Failure::from)?))
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

fn not_a_count(first: i32) -> Failure {
    match first < 0 {
        true => ClientError::new("PAGE_SIZE_NEGATIVE", "`first` must not be negative").into(),
        false => {
            let message = format!("`first` is {first}; the most is {MOST_SUGGESTIONS}");
            ClientError::new("PAGE_SIZE_TOO_LARGE", message).into()
        }
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
