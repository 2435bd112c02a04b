//! What every SQL engine must do, written without knowing which one runs.

mod faults;
pub mod reading;
pub mod text;
pub mod writing;

use std::any::Any;
use std::path::Path;

use futures::future::BoxFuture;
use stores::sql::{Database, Migrations, Migrator};

/// An empty database, and how to open it once more as another process would.
pub struct Opened {
    pub database: Database,
    pub open_again: Box<dyn Fn() -> BoxFuture<'static, Database> + Send + Sync>,
    /// What must outlive the database: a folder, a database of a test's own on a server.
    #[expect(dead_code, reason = "held for its Drop")]
    pub keep: Box<dyn Any + Send>,
}

/// One test per case of the contract; `$open` is an async function that gives an [`Opened`] and names the engine.
macro_rules! suite {
    ($open:ident) => {
        sql_contract::suite!(@cases $open,
            reading::values_of_every_kind_come_back_unchanged,
            reading::a_wrong_column_or_type_is_an_internal_error,
            reading::in_lists_find_what_they_name_and_an_empty_one_nothing,
            reading::statements_are_counted_with_those_of_transactions,
            reading::a_closed_database_is_unavailable,
            text::texts_of_any_length_and_script_come_back,
            text::text_is_compared_by_its_bytes,
            text::numbers_that_are_worked_out_are_integers_or_reals,
            writing::a_second_row_with_the_same_key_already_exists,
            writing::an_upsert_overwrites_only_what_it_lists,
            writing::an_upsert_never_overwrites_the_row_of_another_key,
            writing::upserts_at_once_end_with_one_row,
            writing::insert_or_ignore_tells_whether_it_inserted,
            writing::a_missing_parent_refuses_the_child,
            writing::a_dropped_transaction_leaves_nothing,
            writing::what_is_committed_is_seen_everywhere_and_not_before,
            writing::writers_of_two_processes_lose_no_increment,
            writing::a_claim_is_won_by_exactly_one_of_many,
            writing::what_is_decided_under_a_lock_is_decided_once,
            writing::transactions_that_deadlock_are_repeated,
            writing::migrations_run_once_also_when_two_start_together,
        );
    };
    (@cases $open:ident, $($file:ident::$case:ident),* $(,)?) => {
        mod $open {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                $crate::sql_contract::$file::$case(super::$open().await).await;
            })*
        }
    };
}
pub(crate) use suite;

/// Runs migrations given as (name, SQL).
pub async fn migrate(database: &Database, migrations: &[(&str, &str)]) -> stores::Result<()> {
    let folder = tempfile::tempdir().unwrap();
    for (name, sql) in migrations {
        std::fs::write(folder.path().join(name), sql).unwrap();
    }
    let path: &Path = folder.path();
    // Migrations are part of a program, and live as long.
    let migrator: &'static Migrator = Box::leak(Box::new(Migrator::new(path).await.unwrap()));
    database.migrate(&Migrations { sqlite: migrator, mysql: migrator }).await
}
