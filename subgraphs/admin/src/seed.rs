//! Fills an empty database with sources whose documents are known beforehand, such as the sample data: runs, items and
//! originals as if the documents had been crawled. The same input gives the same ids.

use std::collections::HashMap;

use anyhow::Context as _;
use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use service::Clock;
use sha2::{Digest as _, Sha256};
use stores::sql::Transaction;

use crate::files::names;
use crate::store::files::{File, ROOT};
use crate::store::items::{Item, ItemReason, ItemState};
use crate::store::links::Link;
use crate::store::runs::{Run, RunStatus};
use crate::store::sources::{Collection, Limits, Source};
use crate::store::{Store, Stores};

/// How many documents one run found.
const DOCUMENTS_PER_RUN: usize = 20;

/// How many originals are written at the same time.
const WRITES: usize = 16;

const SECOND: i64 = 1_000_000;

/// A source to be there.
#[derive(Clone, Debug)]
pub struct SeedSource {
    /// UUIDv7 text.
    pub id: String,
    /// The name.
    pub name: String,
    /// Where a crawl begins.
    pub start_url: String,
    /// `politica`, `screening` or `project`.
    pub collection: String,
    /// The category that its documents get.
    pub category_id: Option<String>,
    /// The organization that its documents get.
    pub organization_id: Option<String>,
    /// Who registered it, and started its runs.
    pub created_by: Option<String>,
    /// When it was registered (microseconds).
    pub created_at: i64,
    /// What was found there, oldest first.
    pub documents: Vec<SeedDocument>,
}

/// A document that was found.
#[derive(Clone, Debug)]
pub struct SeedDocument {
    /// The document's id.
    pub id: String,
    /// Where it was found.
    pub url: String,
    /// Its title.
    pub title: String,
    /// When it was found (microseconds).
    pub found_at: i64,
    /// The page it was made from; without it the item has no original.
    pub html: Option<String>,
}

/// Adds the sources that are missing, with all that belongs to them. Idempotent.
pub async fn seed(stores: &Stores, sources: &[SeedSource]) -> anyhow::Result<()> {
    let store = Store::open(stores.clone(), Clock::system()).await?;
    let ids: Vec<String> = sources.iter().map(|source| source.id.clone()).collect();
    let present = store.sources(&ids).await?;
    for source in sources.iter().filter(|source| !present.contains_key(&source.id)) {
        seed_source(&store, source).await.with_context(|| format!("the source {}", source.name))?;
    }
    Ok(())
}

async fn seed_source(store: &Store, source: &SeedSource) -> anyhow::Result<()> {
    let originals = store.ensure_folder(ROOT, "originals").await?;
    let folder = store.ensure_folder(&originals, &names::made_from(&source.name, &source.id)).await?;
    let files = write_originals(store, source, &folder).await?;
    let mut transaction = store.database.begin().await?;
    store.save_source_in(&mut transaction, &row(source)?).await?;
    for file in files.values() {
        if let Some(key) = &file.blob_key {
            store.keep_blob(&mut transaction, key).await?;
        }
        store.save_file(&mut transaction, file).await?;
    }
    for (number, found) in source.documents.chunks(DOCUMENTS_PER_RUN).enumerate() {
        seed_run(store, &mut transaction, &Part { source, number, found, files: &files }).await?;
    }
    transaction.commit().await?;
    Ok(())
}

fn row(source: &SeedSource) -> anyhow::Result<Source> {
    let prefix =
        url::Url::parse(&source.start_url).and_then(|url| url.join("/")).context("the start is no URL")?;
    Ok(Source {
        id: source.id.clone(),
        name: source.name.clone(),
        start_url: source.start_url.clone(),
        url_prefix: prefix.into(),
        collection: Collection::from_name(&source.collection)?,
        category_id: source.category_id.clone(),
        organization_id: source.organization_id.clone(),
        limits: Limits { max_pages: 1_000, max_depth: 5, max_bytes: 10 << 20, delay_ms: 1_000 },
        allow_private_hosts: false,
        interval_seconds: None,
        next_run_at: None,
        active: true,
        created_by: source.created_by.clone(),
        created_at: source.created_at,
        updated_at: source.created_at,
    })
}

/// The originals, by document id.
async fn write_originals(
    store: &Store,
    source: &SeedSource,
    folder: &str,
) -> anyhow::Result<HashMap<String, File>> {
    let with_html =
        source.documents.iter().filter_map(|document| Some((document, document.html.as_deref()?)));
    let writes = with_html.map(|(document, html)| async move {
        let id = id(document.found_at, &["file", &document.id]);
        let stem = names::made_from(&crate::crawl::text::shorten(&document.title, 60), "page");
        let file = File {
            name: format!("{stem}-{}.html", id.get(28..).unwrap_or_default()),
            parent_id: folder.to_owned(),
            size: i64::try_from(html.len()).unwrap_or(i64::MAX),
            media_type: Some("text/html".to_owned()),
            sha256: Some(hex::encode(Sha256::digest(html))),
            blob_key: Some(store.write_blob(Bytes::copy_from_slice(html.as_bytes())).await?),
            is_original: true,
            created_at: document.found_at,
            updated_at: document.found_at,
            id,
            ..File::default()
        };
        anyhow::Ok((document.id.clone(), file))
    });
    stream::iter(writes).buffer_unordered(WRITES).try_collect().await
}

/// What one run found.
struct Part<'a> {
    source: &'a SeedSource,
    number: usize,
    found: &'a [SeedDocument],
    files: &'a HashMap<String, File>,
}

async fn seed_run(store: &Store, transaction: &mut Transaction, part: &Part<'_>) -> anyhow::Result<()> {
    let Part { source, number, found, files } = part;
    let (Some(first), Some(last)) = (found.first(), found.last()) else { return Ok(()) };
    let number = number.to_string();
    let run = Run {
        id: id(first.found_at, &["run", &source.id, &number]),
        source_id: source.id.clone(),
        idempotency_key: format!("sample:{number}"),
        status: RunStatus::Succeeded,
        reason: None,
        started_by: source.created_by.clone(),
        created_at: first.found_at - SECOND,
        started_at: Some(first.found_at),
        finished_at: Some(last.found_at + SECOND),
    };
    store.insert_run(transaction, &run).await?;
    for document in *found {
        let file = files.get(&document.id);
        let item = Item {
            state: ItemState::Done,
            http_status: Some(200),
            content_type: Some("text/html; charset=utf-8".to_owned()),
            content_hash: file.and_then(|file| file.sha256.clone()),
            title: Some(document.title.clone()),
            file_id: file.map(|file| file.id.clone()),
            document_id: Some(document.id.clone()),
            ..item(&run, &document.url, document.found_at)
        };
        store.discover(transaction, &item).await?;
        let link = Link { item_id: Some(item.id), file_id: item.file_id };
        store.link_document(transaction, &document.id, &link).await?;
    }
    let site = source.start_url.trim_end_matches('/');
    let skipped =
        item(&run, &format!("{site}/admin/"), last.found_at).ended(ItemState::Skipped, ItemReason::Robots);
    store.discover(transaction, &skipped).await?;
    let gone = item(&run, &format!("{site}/archive/{number}"), last.found_at);
    let gone = Item { http_status: Some(404), ..gone.ended(ItemState::Failed, ItemReason::HttpStatus) };
    store.discover(transaction, &gone.because("the site answered 404")).await?;
    Ok(())
}

fn item(run: &Run, url: &str, at: i64) -> Item {
    Item {
        id: id(at, &["item", &run.id, url]),
        run_id: run.id.clone(),
        source_id: run.source_id.clone(),
        url: url.to_owned(),
        depth: 1,
        redirects: 0,
        redirect_to: None,
        state: ItemState::Discovered,
        attempts: 1,
        next_attempt_at: 0,
        reason: None,
        detail: None,
        http_status: None,
        content_type: None,
        content_hash: None,
        title: None,
        file_id: None,
        document_id: None,
        created_at: at,
        updated_at: at,
    }
}

/// A UUIDv7 of a time whose random part follows from names.
fn id(at: i64, names: &[&str]) -> String {
    let digest = Sha256::digest(names.join("\n"));
    let mut random = [0_u8; 10];
    random.iter_mut().zip(digest).for_each(|(byte, from)| *byte = from);
    let millis = u64::try_from(at / 1_000).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().to_string()
}
