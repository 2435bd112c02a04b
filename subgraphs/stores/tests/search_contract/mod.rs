//! What every search engine must do, written without knowing which one runs.

pub mod aggregating;
pub mod corpus;
pub mod finding;
pub mod paging;
pub mod rebuilding;
pub mod versions;

use std::any::Any;
use std::sync::Arc;

use stores::search::{SearchReader, SearchRequest, SearchResult, SearchWriter};

/// Three empty indexes.
pub struct Opened {
    pub writer: Arc<dyn SearchWriter>,
    /// What the writer's process reads with.
    pub reader: Arc<dyn SearchReader>,
    /// What another process reads with.
    pub other: Arc<dyn SearchReader>,
    /// What must outlive the engine: a folder, a server.
    #[expect(dead_code, reason = "held for its Drop")]
    pub keep: Box<dyn Any + Send>,
}

/// One test per case of the contract; `$open` is an async function that gives an [`Opened`] and names the engine.
macro_rules! suite {
    ($open:ident) => {
        search_contract::suite!(@cases $open,
            finding::all_words_must_be_there_in_any_field,
            finding::text_is_never_query_syntax,
            finding::filters_narrow_and_combine,
            finding::a_find_in_the_title_is_worth_most,
            finding::highlights_are_ranges_of_what_was_searched,
            finding::suggestions_begin_like_what_is_typed,
            finding::similar_documents_share_telling_words,
            finding::decomposed_hangul_is_found_and_finds,
            finding::text_that_looks_like_markup_is_shown_as_it_is,
            finding::one_letter_is_shown_alone,
            paging::dates_order_both_ways_and_ids_break_ties,
            paging::pages_join_to_the_whole_in_every_order,
            paging::pages_stay_right_while_documents_come_and_go,
            paging::cursors_that_cannot_be_read_are_refused,
            aggregating::facets_count_what_matches,
            aggregating::trends_have_every_bucket_of_the_period,
            aggregating::times_before_1970_count_in_their_buckets,
            aggregating::top_keywords_are_those_of_the_period,
            versions::an_older_version_never_wins,
            versions::a_removal_outlives_late_older_writes,
            versions::of_one_batch_the_highest_version_counts,
            versions::writers_at_once_end_with_the_highest_versions,
            versions::another_process_sees_every_write_at_once,
            versions::a_document_that_cannot_be_indexed_is_told_and_the_others_are_kept,
            rebuilding::the_old_index_serves_until_the_new_one_is_published,
            rebuilding::writes_during_a_rebuild_are_in_both,
            rebuilding::an_abandoned_rebuild_changes_nothing,
            rebuilding::searches_never_see_half_a_rebuild,
        );
    };
    (@cases $open:ident, $($file:ident::$case:ident),* $(,)?) => {
        mod $open {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                $crate::search_contract::$file::$case(super::$open().await).await;
            })*
        }
    };
}
pub(crate) use suite;

impl Opened {
    /// With the corpus in it.
    pub async fn filled(self) -> Self {
        self.writer.put(&corpus::documents()).await.unwrap();
        self
    }

    pub async fn search(&self, request: &SearchRequest) -> SearchResult {
        let result = self.reader.search(request).await.unwrap();
        assert!(result.hits.len() <= request.first);
        result
    }
}

/// A request for everything that has these words.
pub fn words(text: &str) -> SearchRequest {
    SearchRequest { text: Some(text.to_owned()), first: 100, ..SearchRequest::default() }
}

pub fn everything() -> SearchRequest {
    SearchRequest { first: 100, ..SearchRequest::default() }
}

pub fn ids(result: &SearchResult) -> Vec<&str> {
    result.hits.iter().map(|hit| hit.id.as_str()).collect()
}

pub fn sorted_ids(result: &SearchResult) -> Vec<&str> {
    let mut ids = ids(result);
    ids.sort_unstable();
    ids
}
