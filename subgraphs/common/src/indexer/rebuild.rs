//! Rebuilds a collection's index from Document Meta while searches and ingests go on: the new index is filled beside the old
//! one, caught up with what changed meanwhile, and only then takes over.

use stores::search::{Collection, Rebuild};
use stores::{Result, StoreError};

use super::{Inner, batch};
use crate::store::reindex::Reindex;
use crate::store::{category, collection_named, document, outbox, reindex};

const PAGE: usize = 500;

/// A row is dated before its transaction commits; no transaction takes longer than this.
const SLACK: i64 = 60_000_000;

/// A running rebuild that has not been heard of for so long is dead.
const DEAD_AFTER: i64 = 60_000_000;

/// Runs a rebuild that has been noted as running, to its end.
pub(super) async fn run(inner: &Inner, job: &Reindex) {
    inner.note_rebuild(&job.id, true);
    let state = match rebuild(inner, job).await {
        Ok(()) => "published",
        Err(error) => {
            tracing::error!(error = %error, collection = job.collection, "rebuilding an index failed");
            "failed"
        }
    };
    inner.note_rebuild(&job.id, false);
    if let Err(error) = reindex::finish(&inner.stores.common, &job.id, state, inner.clock.now()).await {
        tracing::error!(error = %error, "the end of a rebuild could not be noted");
    }
}

async fn rebuild(inner: &Inner, job: &Reindex) -> Result<()> {
    let collection = collection_named(&job.collection)?;
    let mut fresh =
        Fresh { rebuild: inner.stores.search_writer.begin_rebuild(collection).await?, documents: 0 };
    fill(inner, job, &mut fresh).await?;
    let filled_at = inner.clock.now();
    let mut gone = catch_up(inner, job, job.started_at - SLACK, &mut fresh).await?;

    let _takeover = inner.lane(collection).takeover.write().await;
    let caught_up_at = inner.clock.now();
    gone.extend(catch_up(inner, job, filled_at - SLACK, &mut fresh).await?);
    fresh.rebuild.publish().await?;
    if !gone.is_empty() {
        inner.stores.search_writer.remove(&gone).await?;
    }
    requeue(inner, job, caught_up_at - SLACK).await
}

struct Fresh {
    rebuild: Box<dyn Rebuild>,
    documents: i64,
}

/// Puts the rows that are there now. New ones come faster than they could be followed; catching up is for those.
async fn fill(inner: &Inner, job: &Reindex, fresh: &mut Fresh) -> Result<()> {
    let collection = collection_named(&job.collection)?;
    let database = &inner.stores.document_meta;
    let Some(last) = document::last_id(database, collection).await? else { return Ok(()) };
    let mut after = String::new();
    loop {
        let page = document::walk(database, collection, (&after, &last), PAGE).await?;
        let Some(end) = page.last() else { return Ok(()) };
        after.clone_from(&end.id);
        let tree = category::tree(&inner.stores.common).await?;
        let documents: Vec<_> = page.into_iter().map(|content| batch::indexed(content, &tree)).collect();
        fresh.rebuild.put(&documents).await?;
        fresh.documents += i64::try_from(documents.len()).unwrap_or_default();
        renew(inner, job, fresh.documents).await?;
    }
}

/// Puts what has changed since then; returns what was deleted, with the versions of the tombstones.
async fn catch_up(
    inner: &Inner,
    job: &Reindex,
    since: i64,
    fresh: &mut Fresh,
) -> Result<Vec<(Collection, String, i64)>> {
    let collection = collection_named(&job.collection)?;
    let stores = &inner.stores;
    let mut gone = Vec::new();
    for ids in document::changed(&stores.document_meta, collection, since).await?.chunks(PAGE) {
        let tree = category::tree(&stores.common).await?;
        let mut put = Vec::new();
        for content in document::contents(&stores.document_meta, ids).await?.into_values() {
            match content.deleted {
                true => gone.push((content.collection, content.id, content.version)),
                false => put.push(batch::indexed(content, &tree)),
            }
        }
        if !put.is_empty() {
            fresh.rebuild.put(&put).await?;
        }
        renew(inner, job, fresh.documents).await?;
    }
    Ok(gone)
}

async fn renew(inner: &Inner, job: &Reindex, documents: i64) -> Result<()> {
    match reindex::renew(&inner.stores.common, &job.id, documents, inner.clock.now()).await? {
        true => Ok(()),
        false => Err(StoreError::Internal("another server took this rebuild for dead".to_owned())),
    }
}

/// Queues everything that changed since then: other servers may have written the old index until it went away.
async fn requeue(inner: &Inner, job: &Reindex, since: i64) -> Result<()> {
    let now = inner.clock.now();
    let queued = outbox::enqueue_changed(&inner.stores.document_meta, &job.collection, since, now).await?;
    tracing::info!(collection = job.collection, queued, "queued what changed during a rebuild");
    inner.lane(collection_named(&job.collection)?).wake();
    Ok(())
}

/// Ends rebuilds whose server died. The new index may already have taken over, so what changed meanwhile is queued.
pub(super) async fn bury_the_dead(inner: &Inner) -> Result<()> {
    let now = inner.clock.now();
    for job in reindex::stale(&inner.stores.common, now - DEAD_AFTER).await? {
        if inner.is_rebuilding(&job.id) {
            continue;
        }
        requeue(inner, &job, job.started_at - SLACK).await?;
        reindex::finish(&inner.stores.common, &job.id, "failed", now).await?;
    }
    Ok(())
}
