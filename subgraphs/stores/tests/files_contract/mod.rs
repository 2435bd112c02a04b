//! What every place for files must do, written without knowing which one runs.

pub mod content;
pub mod names;
pub mod tree;

use std::any::Any;

use stores::files::Files;

/// An empty root.
pub struct Opened {
    pub files: Files,
    /// What must outlive the files: a folder, a server.
    #[expect(dead_code, reason = "held for its Drop")]
    pub keep: Box<dyn Any + Send>,
}

/// One test per case of the contract; `$open` is an async function that gives an [`Opened`] and names the engine.
macro_rules! suite {
    ($open:ident) => {
        files_contract::suite!(@cases $open,
            names::names_that_leave_the_root_or_cannot_be_are_refused,
            names::long_and_korean_names_are_kept,
            content::contents_come_back_with_their_hash,
            content::ranges_are_cut_at_the_end,
            content::a_body_that_is_too_large_or_breaks_leaves_the_old_file,
            content::a_dropped_write_leaves_nothing,
            content::readers_see_one_whole_version_while_writers_replace_it,
            content::a_reader_keeps_the_version_it_began_with,
            tree::listing_is_sorted_and_of_one_level,
            tree::moving_takes_all_along_and_never_overwrites,
            tree::two_moves_to_one_name_have_one_winner,
            tree::removing_removes_exactly_what_is_named,
            tree::files_and_folders_do_not_stand_in_for_each_other,
            tree::usage_sums_the_whole_tree,
        );
    };
    (@cases $open:ident, $($file:ident::$case:ident),* $(,)?) => {
        mod $open {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let opened = super::$open().await;
                $crate::files_contract::$file::$case(opened.files.clone()).await;
            })*
        }
    };
}
pub(crate) use suite;

/// Every path below the root, folders included.
pub async fn everything(files: &Files) -> Vec<String> {
    let mut paths = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        for entry in files.list(&folder).await.unwrap() {
            if entry.is_folder {
                folders.push(entry.path.clone());
            }
            paths.push(entry.path);
        }
    }
    paths.sort();
    paths
}
