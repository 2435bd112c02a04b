//! Taking documents in: the row, its keywords, the outbox entry and the answer to the idempotency key in one transaction, so
//! that a crash leaves all of it or nothing.

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use stores::search::Collection;
use stores::sql::{Database, Row, Transaction, Value, again};
use stores::{Result, StoreError, params};

use super::{collection_name, document, insert_rows, new_id, outbox, rows_per_statement};

/// A document to be taken in.
#[derive(Clone, Debug, Serialize)]
pub struct NewDocument {
    /// Its id, if the sender knows it.
    pub id: Option<String>,
    /// Which collection.
    pub collection: Collection,
    /// Title.
    pub title: String,
    /// Abstract.
    pub summary: String,
    /// Full text.
    pub body: String,
    /// Language.
    pub language: String,
    /// Who wrote it.
    pub author: Option<String>,
    /// Where it was found; what makes two versions of a page one document.
    pub source_url: Option<String>,
    /// Microseconds since 1970.
    pub published_at: i64,
    /// Its category.
    pub category_id: Option<String>,
    /// Who issued it.
    pub organization_id: Option<String>,
    /// Keywords in order.
    pub keywords: Vec<String>,
    /// The collection's own fields.
    pub details: serde_json::Value,
}

/// What an ingest did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There is a new document.
    Created,
    /// The document has new content and a new version.
    Updated,
    /// The document had this content already.
    Unchanged,
}

/// The answer to an ingest; the same request under the same key gets the same again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ingested {
    /// The document.
    pub document_id: String,
    /// The version that it has since then.
    pub version: i64,
    /// What the ingest did.
    pub outcome: Outcome,
}

/// How an ingest can end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ingest {
    /// Taken in, now or when the same request came before.
    Taken(Ingested),
    /// The key was used for another request.
    KeyConflict(String),
    /// The document of this id was deleted.
    Deleted(String),
    /// The document of this id is in another collection.
    OtherCollection(String),
}

/// A request to take a document in.
pub struct Request<'a> {
    /// The sender's key.
    pub key: &'a str,
    /// The document.
    pub document: &'a NewDocument,
    /// Now (microseconds).
    pub at: i64,
}

/// The answer given to this key before, if any; nothing is written.
pub async fn answered(database: &Database, request: &Request<'_>) -> Result<Option<Ingest>> {
    let row = database.query_optional(ANSWERED, params![request.key]).await?;
    row.map(|row| answer(&row, request)).transpose()
}

const ANSWERED: &str =
    "SELECT document_id, request_hash, version, outcome FROM ingests WHERE idempotency_key = ?";

fn answer(row: &Row, request: &Request<'_>) -> Result<Ingest> {
    let document_id = row.text("document_id")?;
    if row.text("request_hash")? != hash(request.document)? {
        return Ok(Ingest::KeyConflict(document_id));
    }
    let outcome = match row.text("outcome")?.as_str() {
        "created" => Outcome::Created,
        "updated" => Outcome::Updated,
        _ => Outcome::Unchanged,
    };
    Ok(Ingest::Taken(Ingested { document_id, version: row.int("version")?, outcome }))
}

/// Takes a document in.
pub async fn ingest(database: &Database, request: &Request<'_>) -> Result<Ingest> {
    again(|| try_to_ingest(database, request)).await
}

async fn try_to_ingest(database: &Database, request: &Request<'_>) -> Result<Ingest> {
    let mut transaction = database.begin().await?;
    lock_source(&mut transaction, request.document).await?;
    if let Some(row) = transaction.query_optional(ANSWERED, params![request.key]).await? {
        return answer(&row, request);
    }
    let new = request.document;
    let known = known(&mut transaction, new, database.dialect().for_update()).await?;
    if let Some(known) = &known {
        if known.deleted {
            return Ok(Ingest::Deleted(known.id.clone()));
        }
        if known.collection != collection_name(new.collection) {
            return Ok(Ingest::OtherCollection(known.id.clone()));
        }
    }
    let content = content_hash(new)?;
    let ingested = match known {
        Some(known) if known.content_hash == content => {
            Ingested { document_id: known.id, version: known.version, outcome: Outcome::Unchanged }
        }
        Some(known) => {
            let row = Written {
                id: known.id,
                new,
                content_hash: content,
                version: known.version + 1,
                at: request.at,
            };
            update(&mut transaction, &row).await?;
            Ingested { document_id: row.id, version: row.version, outcome: Outcome::Updated }
        }
        None => {
            let id = new.id.clone().unwrap_or_else(new_id);
            let row = Written { id, new, content_hash: content, version: 1, at: request.at };
            insert(&mut transaction, std::slice::from_ref(&row)).await?;
            Ingested { document_id: row.id, version: 1, outcome: Outcome::Created }
        }
    };
    remember(&mut transaction, request, &ingested).await?;
    transaction.commit().await?;
    Ok(Ingest::Taken(ingested))
}

/// Documents of one source are taken in one after the other: there is no row to lock before the first one. Sources share a few
/// locks, so that these do not become more and more.
async fn lock_source(transaction: &mut Transaction, new: &NewDocument) -> Result<()> {
    match (&new.id, &new.source_url) {
        (None, Some(url)) => {
            let share = Sha256::digest(format!("{} {url}", collection_name(new.collection)))[0];
            transaction.lock(&format!("source {share:02x}")).await
        }
        _ => Ok(()),
    }
}

struct Known {
    id: String,
    collection: String,
    content_hash: String,
    version: i64,
    deleted: bool,
}

/// The document of the given id; without an id, the one of the same source in the same collection.
async fn known(transaction: &mut Transaction, new: &NewDocument, lock: &str) -> Result<Option<Known>> {
    let columns = "id, collection, content_hash, version, deleted_at";
    let row = match (&new.id, &new.source_url) {
        (Some(id), _) => {
            let sql = format!("SELECT {columns} FROM documents WHERE id = ?{lock}");
            transaction.query_optional(&sql, params![id]).await?
        }
        (None, Some(url)) => {
            let sql = format!(
                "SELECT {columns} FROM documents WHERE source_url = ? AND collection = ? \
                 ORDER BY CASE WHEN deleted_at IS NULL THEN 0 ELSE 1 END, id LIMIT 1{lock}"
            );
            transaction.query_optional(&sql, params![url, collection_name(new.collection)]).await?
        }
        (None, None) => None,
    };
    let known = |row: Row| {
        Ok(Known {
            id: row.text("id")?,
            collection: row.text("collection")?,
            content_hash: row.text("content_hash")?,
            version: row.int("version")?,
            deleted: row.opt_int("deleted_at")?.is_some(),
        })
    };
    row.map(known).transpose()
}

struct Written<'a> {
    id: String,
    new: &'a NewDocument,
    content_hash: String,
    version: i64,
    at: i64,
}

const COLUMNS: [&str; 16] = [
    "id",
    "collection",
    "title",
    "summary",
    "body",
    "language",
    "author",
    "source_url",
    "published_at",
    "category_id",
    "organization_id",
    "details",
    "content_hash",
    "version",
    "created_at",
    "updated_at",
];

async fn insert(transaction: &mut Transaction, rows: &[Written<'_>]) -> Result<()> {
    for chunk in rows.chunks(rows_per_statement(COLUMNS.len()).min(500)) {
        let args: Vec<Value> = chunk.iter().flat_map(insert_args).collect();
        transaction.execute(&insert_rows("documents", &COLUMNS, chunk.len()), &args).await?;
    }
    let keywords: Vec<(&str, i64, &str)> = rows
        .iter()
        .flat_map(|row| {
            (0..).zip(&row.new.keywords).map(|(place, word)| (row.id.as_str(), place, word.as_str()))
        })
        .collect();
    document::insert_keywords(transaction, &keywords).await?;
    enqueue(transaction, rows).await
}

fn insert_args(row: &Written<'_>) -> Vec<Value> {
    let new = row.new;
    params![
        &row.id,
        collection_name(new.collection),
        &new.title,
        &new.summary,
        &new.body,
        &new.language,
        new.author.clone(),
        new.source_url.clone(),
        new.published_at,
        new.category_id.clone(),
        new.organization_id.clone(),
        new.details.to_string(),
        &row.content_hash,
        row.version,
        row.at,
        row.at,
    ]
    .to_vec()
}

/// What the sender does not say (category, organization, keywords) stays as it was filed.
async fn update(transaction: &mut Transaction, row: &Written<'_>) -> Result<()> {
    let sql = "UPDATE documents SET title = ?, summary = ?, body = ?, language = ?, author = ?, source_url = ?, \
               published_at = ?, category_id = COALESCE(?, category_id), organization_id = COALESCE(?, organization_id), \
               details = ?, content_hash = ?, version = ?, updated_at = ? WHERE id = ?";
    let new = row.new;
    let args = params![
        &new.title,
        &new.summary,
        &new.body,
        &new.language,
        new.author.clone(),
        new.source_url.clone(),
        new.published_at,
        new.category_id.clone(),
        new.organization_id.clone(),
        new.details.to_string(),
        &row.content_hash,
        row.version,
        row.at,
        &row.id,
    ];
    transaction.execute(sql, args).await?;
    if !new.keywords.is_empty() {
        document::replace_keywords(transaction, &row.id, &new.keywords).await?;
    }
    enqueue(transaction, std::slice::from_ref(row)).await
}

async fn enqueue(transaction: &mut Transaction, rows: &[Written<'_>]) -> Result<()> {
    let entry = |row: &Written<'_>| (row.id.clone(), collection_name(row.new.collection), row.version);
    let entries: Vec<_> = rows.iter().map(entry).collect();
    let entries: Vec<outbox::NewEntry<'_>> = entries
        .iter()
        .map(|(id, collection, version)| outbox::NewEntry { document_id: id, collection, version: *version })
        .collect();
    let at = rows.first().map_or(0, |row| row.at);
    outbox::enqueue(transaction, &entries, at).await
}

async fn remember(transaction: &mut Transaction, request: &Request<'_>, ingested: &Ingested) -> Result<()> {
    let columns = ["idempotency_key", "document_id", "created_at", "request_hash", "version", "outcome"];
    let outcome = match ingested.outcome {
        Outcome::Created => "created",
        Outcome::Updated => "updated",
        Outcome::Unchanged => "unchanged",
    };
    let args = params![
        request.key,
        &ingested.document_id,
        request.at,
        hash(request.document)?,
        ingested.version,
        outcome,
    ];
    transaction.execute(&insert_rows("ingests", &columns, 1), args).await.map(|_| ())
}

/// Takes in many new documents at once, without keys; for sample data. Ids that are there already are `AlreadyExists`.
pub async fn insert_new(database: &Database, documents: &[NewDocument], at: i64) -> Result<()> {
    let mut rows = Vec::with_capacity(documents.len());
    for new in documents {
        let id = new.id.clone().unwrap_or_else(new_id);
        rows.push(Written { id, new, content_hash: content_hash(new)?, version: 1, at });
    }
    let mut transaction = database.begin().await?;
    insert(&mut transaction, &rows).await?;
    transaction.commit().await
}

/// Drops answers to ingests from before `before`, some at a time; a key may be used anew afterwards.
pub async fn forget_answers(database: &Database, before: i64) -> Result<u64> {
    database.execute("DELETE FROM ingests WHERE created_at < ?", params![before]).await
}

fn hash(document: &NewDocument) -> Result<String> {
    let json = serde_json::to_vec(document)
        .map_err(|error| StoreError::Internal(format!("writing JSON: {error}")))?;
    Ok(hex::encode(Sha256::digest(json)))
}

/// The hash of what the document says, whoever sent it under which id.
fn content_hash(document: &NewDocument) -> Result<String> {
    hash(&NewDocument { id: None, ..document.clone() })
}
