//! `SearchConnection`: a page of hits with what is known about all of them.

use async_graphql::connection::PageInfo;
use async_graphql::{Context, Object, Result, SimpleObject};
use stores::search::{Hit, SearchResult};

use super::document::Document;
use super::facets::SearchFacets;
use super::highlight::Highlight;
use crate::loaders;

/// What the search engine answered.
pub struct SearchConnection {
    /// Whether it is a page behind another one.
    pub is_continued: bool,
    /// The answer.
    pub result: SearchResult,
}

/// A hit.
#[derive(SimpleObject)]
pub struct SearchEdge {
    /// The cursor of this hit.
    pub cursor: String,
    /// The document.
    pub node: Document,
    /// How well it matches, when ordered by relevance. Comparable within one search only.
    pub score: Option<f64>,
    /// Where the words were found: at most one piece of each of title, abstract and full text.
    pub highlights: Vec<Highlight>,
}

/// A page of hits.
#[Object]
impl SearchConnection {
    /// The hits. A document that was deleted a moment ago, and that the search engine still knows, is left out.
    async fn edges(&self, ctx: &Context<'_>) -> Result<Vec<SearchEdge>> {
        let heads = loaders::heads(ctx, self.result.hits.iter().map(|hit| hit.id.clone())).await?;
        let mut heads = heads.into_iter().peekable();
        let mut edges = Vec::with_capacity(self.result.hits.len());
        for hit in &self.result.hits {
            if let Some(head) = heads.next_if(|head| head.id == hit.id) {
                edges.push(SearchEdge::new(hit, head.into()));
            }
        }
        Ok(edges)
    }

    /// Where this page stands in the whole.
    async fn page_info(&self) -> PageInfo {
        let cursor = |hit: Option<&Hit>| hit.map(|hit| hit.cursor.clone());
        PageInfo {
            has_previous_page: self.is_continued,
            has_next_page: self.result.has_next_page,
            start_cursor: cursor(self.result.hits.first()),
            end_cursor: cursor(self.result.hits.last()),
        }
    }

    /// How many documents match, over all pages.
    async fn total_count(&self) -> i32 {
        i32::try_from(self.result.total).unwrap_or(i32::MAX)
    }

    /// How all matching documents spread over collections, categories, organizations and so on.
    async fn facets(&self) -> SearchFacets {
        SearchFacets(self.result.facets.clone())
    }
}

impl SearchEdge {
    fn new(hit: &Hit, node: Document) -> Self {
        Self {
            cursor: hit.cursor.clone(),
            node,
            score: hit.score,
            highlights: hit.highlights.iter().cloned().map(Highlight::from).collect(),
        }
    }
}
