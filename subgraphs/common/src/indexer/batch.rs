//! One batch: claim, read the rows as they are now, write the index, take the entries away.

use std::collections::HashMap;

use stores::search::{Collection, IndexedDocument};
use stores::sql::Database;
use stores::{Result, StoreError};

use super::{Inner, is_passing};
use crate::store::category::{self, Tree};
use crate::store::document::{self, Content};
use crate::store::outbox::{self, Claim, Entry};
use crate::store::{Stores, bookmark, collection_named};

/// When an entry that the index refuses is tried again.
const REFUSED_FOR: i64 = 60_000_000;

/// What the index is to be told.
#[derive(Default)]
struct News {
    put: Vec<IndexedDocument>,
    remove: Vec<(Collection, String, i64)>,
}

/// Carries one batch to the index of a collection; how many entries it dealt with.
pub(super) async fn carry(inner: &Inner, collection: Collection) -> Result<usize> {
    let now = inner.clock.now();
    let claim = Claim {
        collection,
        by: &inner.name,
        now,
        until: now + inner.lease_micros(),
        limit: i64::from(inner.settings.batch.max(1)),
    };
    let entries = outbox::claim(&inner.stores.document_meta, &claim).await?;
    if entries.is_empty() {
        return Ok(0);
    }
    match write(&inner.stores, &entries).await {
        Ok(()) => done(&inner.stores.document_meta, &inner.name, &entries).await?,
        Err(error) if is_passing(&error) => return Err(error),
        Err(error) if entries.len() == 1 => refuse(inner, &entries[0], &error).await?,
        Err(_) => one_by_one(inner, &entries).await?,
    }
    Ok(entries.len())
}

/// The index refused the batch; what it refuses alone is put aside, so that one document does not hold up the others.
async fn one_by_one(inner: &Inner, entries: &[Entry]) -> Result<()> {
    for entry in entries {
        match write(&inner.stores, std::slice::from_ref(entry)).await {
            Ok(()) => done(&inner.stores.document_meta, &inner.name, std::slice::from_ref(entry)).await?,
            Err(error) if is_passing(&error) => return Err(error),
            Err(error) => refuse(inner, entry, &error).await?,
        }
    }
    Ok(())
}

async fn refuse(inner: &Inner, entry: &Entry, error: &StoreError) -> Result<()> {
    tracing::error!(error = %error, document = entry.document_id, "the index refuses a document");
    let until = inner.clock.now() + REFUSED_FOR;
    outbox::refuse(&inner.stores.document_meta, &[entry.sequence], until).await
}

async fn done(database: &Database, by: &str, entries: &[Entry]) -> Result<()> {
    let sequences: Vec<i64> = entries.iter().map(|entry| entry.sequence).collect();
    outbox::done(database, by, &sequences).await.map(|_| ())
}

async fn write(stores: &Stores, entries: &[Entry]) -> Result<()> {
    let news = news(stores, entries).await?;
    if !news.put.is_empty() {
        stores.search_writer.put(&news.put).await?;
    }
    if !news.remove.is_empty() {
        stores.search_writer.remove(&news.remove).await?;
        let gone: Vec<String> = news.remove.into_iter().map(|(_, id, _)| id).collect();
        bookmark::forget_documents(&stores.common, &gone).await?;
    }
    Ok(())
}

async fn news(stores: &Stores, entries: &[Entry]) -> Result<News> {
    let mut versions: HashMap<&str, &Entry> = HashMap::new();
    for entry in entries {
        let newest = versions.entry(&entry.document_id).or_insert(entry);
        if newest.version < entry.version {
            *newest = entry;
        }
    }
    let ids: Vec<String> = versions.keys().map(|id| (*id).to_owned()).collect();
    let tree = category::tree(&stores.common).await?;
    let mut contents = document::contents(&stores.document_meta, &ids).await?;
    let mut news = News::default();
    for (id, entry) in versions {
        match contents.remove(id) {
            Some(content) if content.deleted => {
                news.remove.push((content.collection, content.id, content.version));
            }
            Some(content) => news.put.push(indexed(content, &tree)),
            None => news.remove.push((collection_named(&entry.collection)?, id.to_owned(), entry.version)),
        }
    }
    Ok(news)
}

/// A row as the index holds it.
pub(super) fn indexed(content: Content, tree: &Tree) -> IndexedDocument {
    let category_ids = match &content.category_id {
        Some(id) => tree.path(id).into_iter().map(|category| category.id.clone()).collect(),
        None => Vec::new(),
    };
    IndexedDocument {
        id: content.id,
        collection: content.collection,
        version: content.version,
        title: content.title,
        summary: content.summary,
        body: content.body,
        language: content.language,
        published_at: content.published_at,
        category_ids,
        organization_id: content.organization_id,
        keywords: content.keywords,
    }
}
