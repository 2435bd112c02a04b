//! Fills empty stores, fast: for the sample data and for tests. What is there already stays; each call is all or nothing for
//! every thousand rows, so an interrupted seed is simply run again.

use stores::{Result, StoreError};

use crate::indexer::{Indexer, IndexerSettings};
use crate::store::{self, Stores};

pub use crate::store::bookmark::Bookmark;
pub use crate::store::category::Category;
pub use crate::store::code::{Code, CodeTable};
pub use crate::store::ingest::NewDocument;
pub use crate::store::organization::Organization;
pub use crate::store::saved_search::{Order, Parameters, SavedSearch};

const ROWS: usize = 1_000;

/// Adds categories, parents before their children.
pub async fn categories(stores: &Stores, rows: &[Category]) -> Result<()> {
    once(store::category::insert(&stores.common, rows).await)
}

/// Adds organizations.
pub async fn organizations(stores: &Stores, rows: &[Organization]) -> Result<()> {
    once(store::organization::insert(&stores.common, rows).await)
}

/// Adds a code table with its codes; the codes' `table_id` is filled in.
pub async fn code_table(stores: &Stores, table: &CodeTable, codes: &[Code]) -> Result<()> {
    let table = store::code::save_table(&stores.common, table).await?;
    for code in codes {
        let code = Code { table_id: table.id.clone(), ..code.clone() };
        store::code::save(&stores.common, &code, table.created_at).await?;
    }
    Ok(())
}

/// Adds documents as if ingested at `at` (microseconds); each needs an id. They are queued for the index.
pub async fn documents(stores: &Stores, rows: &[NewDocument], at: i64) -> Result<()> {
    for chunk in rows.chunks(ROWS) {
        once(store::ingest::insert_new(&stores.document_meta, chunk, at).await)?;
    }
    Ok(())
}

/// Adds bookmarks.
pub async fn bookmarks(stores: &Stores, rows: &[Bookmark]) -> Result<()> {
    once(store::bookmark::insert(&stores.common, rows).await)
}

/// Adds saved searches.
pub async fn saved_searches(stores: &Stores, rows: &[SavedSearch]) -> Result<()> {
    once(store::saved_search::insert(&stores.common, rows).await)
}

/// Carries everything that is queued to the index, in large batches, before the servers start.
pub async fn index(stores: &Stores) -> Result<()> {
    let settings = IndexerSettings { batch: 2_000, lease_seconds: 60, ..IndexerSettings::default() };
    Indexer::new(stores.clone(), service::Clock::system(), settings).drain().await
}

/// Whether there are neither documents nor categories.
pub async fn is_empty(stores: &Stores) -> Result<bool> {
    let documents = store::document::counts(&stores.document_meta).await?;
    let tree = store::category::tree(&stores.common).await?;
    Ok(documents.is_empty() && tree.all().is_empty())
}

fn once(inserted: Result<()>) -> Result<()> {
    match inserted {
        Err(StoreError::AlreadyExists { .. }) => Ok(()),
        other => other,
    }
}
