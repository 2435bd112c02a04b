//! What every place for contents must do, written without knowing which one runs.

pub mod content;
pub mod keys;
pub mod standing;

use std::any::Any;

use stores::files::{Files, Place};

/// An empty place.
pub struct Opened {
    pub files: Files,
    /// The same place, to be opened as another process would.
    pub place: Place,
    /// What must outlive the files: a folder, a server.
    #[expect(dead_code, reason = "held for its Drop")]
    pub keep: Box<dyn Any + Send>,
}

impl Opened {
    pub fn new(place: Place, keep: Box<dyn Any + Send>) -> Self {
        Self { files: Files::open(&place).unwrap(), place, keep }
    }
}

/// One test per case of the contract; `$open` is an async function that gives an [`Opened`] and names the place.
macro_rules! suite {
    ($open:ident) => {
        files_contract::suite!(@cases $open,
            keys::keys_that_could_mean_something_else_are_refused,
            keys::a_key_is_taken_once_whoever_comes_second,
            content::contents_come_back_with_their_hash,
            content::ranges_are_cut_at_the_end,
            content::a_body_that_is_too_large_or_breaks_leaves_nothing,
            content::a_dropped_write_leaves_nothing,
            content::readers_see_a_content_whole_or_not_at_all,
            standing::what_stands_there_is_listed_and_summed,
            standing::removing_removes_exactly_what_is_named,
            standing::partials_are_swept_by_their_age,
        );
    };
    (@cases $open:ident, $($file:ident::$case:ident),* $(,)?) => {
        mod $open {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let opened = super::$open().await;
                $crate::files_contract::$file::$case(&opened).await;
            })*
        }
    };
}
pub(crate) use suite;

/// Every key, in order.
pub async fn everything(files: &Files) -> Vec<String> {
    files.list("").await.unwrap().into_iter().map(|entry| entry.key).collect()
}
