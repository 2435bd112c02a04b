//! Documents as Document Meta holds them: what the other servers' documents get from here, and what the index is made of.

use std::collections::{BTreeMap, HashMap};

use stores::search::Collection;
use stores::sql::{Database, Row, Transaction, again, placeholders};
use stores::{Result, params};

use super::{collection_name, collection_named, outbox, values};

/// What common itself says about a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The document's id.
    pub id: String,
    /// Its category.
    pub category_id: Option<String>,
    /// Who issued it.
    pub organization_id: Option<String>,
}

/// A row as the index needs it; a tombstone when `deleted`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The document's id.
    pub id: String,
    /// Which collection.
    pub collection: Collection,
    /// The row's version.
    pub version: i64,
    /// Title.
    pub title: String,
    /// Abstract.
    pub summary: String,
    /// Full text.
    pub body: String,
    /// Language.
    pub language: String,
    /// Microseconds since 1970.
    pub published_at: i64,
    /// Its category.
    pub category_id: Option<String>,
    /// Who issued it.
    pub organization_id: Option<String>,
    /// Keywords in order.
    pub keywords: Vec<String>,
    /// Whether the document is gone.
    pub deleted: bool,
}

const CONTENT: &str = "id, collection, version, title, summary, body, language, published_at, category_id, organization_id, \
                       deleted_at";

fn content(row: &Row) -> Result<Content> {
    Ok(Content {
        id: row.text("id")?,
        collection: collection_named(&row.text("collection")?)?,
        version: row.int("version")?,
        title: row.text("title")?,
        summary: row.text("summary")?,
        body: row.text("body")?,
        language: row.text("language")?,
        published_at: row.int("published_at")?,
        category_id: row.opt_text("category_id")?,
        organization_id: row.opt_text("organization_id")?,
        keywords: Vec::new(),
        deleted: row.opt_int("deleted_at")?.is_some(),
    })
}

/// The heads of those documents that exist.
pub async fn heads(database: &Database, ids: &[String]) -> Result<HashMap<String, Head>> {
    let sql = format!(
        "SELECT id, category_id, organization_id FROM documents WHERE deleted_at IS NULL AND id IN {}",
        placeholders(ids.len())
    );
    let head = |row: &Row| {
        Ok(Head {
            id: row.text("id")?,
            category_id: row.opt_text("category_id")?,
            organization_id: row.opt_text("organization_id")?,
        })
    };
    let rows = database.query(&sql, &values(ids)).await?;
    rows.iter().map(head).map(|head| head.map(|head| (head.id.clone(), head))).collect()
}

/// The keywords of these documents, in order.
pub async fn keywords(database: &Database, ids: &[String]) -> Result<HashMap<String, Vec<String>>> {
    let sql = format!(
        "SELECT document_id, keyword FROM document_keywords WHERE document_id IN {} ORDER BY document_id, position",
        placeholders(ids.len())
    );
    let mut found: HashMap<String, Vec<String>> = HashMap::new();
    for row in database.query(&sql, &values(ids)).await? {
        found.entry(row.text("document_id")?).or_default().push(row.text("keyword")?);
    }
    Ok(found)
}

/// In how many documents each of these keywords stands.
pub async fn keyword_counts(database: &Database, keywords: &[String]) -> Result<HashMap<String, i64>> {
    let sql = format!(
        "SELECT keyword, COUNT(*) AS documents FROM document_keywords WHERE keyword IN {} GROUP BY keyword",
        placeholders(keywords.len())
    );
    let rows = database.query(&sql, &values(keywords)).await?;
    rows.iter().map(|row| Ok((row.text("keyword")?, row.int("documents")?))).collect()
}

/// How many documents each collection has.
pub async fn counts(database: &Database) -> Result<BTreeMap<Collection, i64>> {
    let sql = "SELECT collection, COUNT(*) AS documents FROM documents WHERE deleted_at IS NULL GROUP BY collection";
    let rows = database.query(sql, &[]).await?;
    rows.iter().map(|row| Ok((collection_named(&row.text("collection")?)?, row.int("documents")?))).collect()
}

/// Whether any document that exists is in this category.
pub async fn any_in_category(database: &Database, category_id: &str) -> Result<bool> {
    let sql = "SELECT 1 AS found FROM documents WHERE deleted_at IS NULL AND category_id = ? LIMIT 1";
    Ok(database.query_optional(sql, params![category_id]).await?.is_some())
}

/// Whether any document that exists was issued by this organization.
pub async fn any_of_organization(database: &Database, organization_id: &str) -> Result<bool> {
    let sql = "SELECT 1 AS found FROM documents WHERE deleted_at IS NULL AND organization_id = ? LIMIT 1";
    Ok(database.query_optional(sql, params![organization_id]).await?.is_some())
}

/// Rows by id, tombstones included.
pub async fn contents(database: &Database, ids: &[String]) -> Result<HashMap<String, Content>> {
    let sql = format!("SELECT {CONTENT} FROM documents WHERE id IN {}", placeholders(ids.len()));
    let rows = database.query(&sql, &values(ids)).await?;
    let found = with_keywords(database, &rows).await?;
    Ok(found.into_iter().map(|content| (content.id.clone(), content)).collect())
}

/// The greatest id of a collection.
pub async fn last_id(database: &Database, collection: Collection) -> Result<Option<String>> {
    let sql = "SELECT MAX(id) AS last FROM documents WHERE collection = ?";
    let row = database.query_optional(sql, params![collection_name(collection)]).await?;
    row.map_or(Ok(None), |row| row.opt_text("last"))
}

/// The rows of a collection that exist, by id, behind `range.0` and up to `range.1`: a walk that sees each row once while
/// others write.
pub async fn walk(
    database: &Database,
    collection: Collection,
    range: (&str, &str),
    limit: usize,
) -> Result<Vec<Content>> {
    let sql = format!(
        "SELECT {CONTENT} FROM documents WHERE collection = ? AND id > ? AND id <= ? AND deleted_at IS NULL \
         ORDER BY id LIMIT ?"
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = database.query(&sql, params![collection_name(collection), range.0, range.1, limit]).await?;
    with_keywords(database, &rows).await
}

/// The ids of a collection's rows that changed at or after `since`, tombstones included.
pub async fn changed(database: &Database, collection: Collection, since: i64) -> Result<Vec<String>> {
    let sql = "SELECT id FROM documents WHERE collection = ? AND updated_at >= ? ORDER BY id";
    let rows = database.query(sql, params![collection_name(collection), since]).await?;
    rows.iter().map(|row| row.text("id")).collect()
}

async fn with_keywords(database: &Database, rows: &[Row]) -> Result<Vec<Content>> {
    let mut found = rows.iter().map(content).collect::<Result<Vec<_>>>()?;
    if found.is_empty() {
        return Ok(found);
    }
    let ids: Vec<String> = found.iter().map(|content| content.id.clone()).collect();
    let mut keywords = keywords(database, &ids).await?;
    for content in &mut found {
        content.keywords = keywords.remove(&content.id).unwrap_or_default();
    }
    Ok(found)
}

/// What `classify` changes; `None` leaves as it is.
#[derive(Clone, Debug, Default)]
pub struct Classification {
    /// The new category, or none.
    pub category_id: Option<Option<String>>,
    /// The new organization, or none.
    pub organization_id: Option<Option<String>>,
    /// The new keywords.
    pub keywords: Option<Vec<String>>,
}

/// Changes how a document is filed; its new version, or `None` if there is no such document.
pub async fn classify(
    database: &Database,
    id: &str,
    change: &Classification,
    at: i64,
) -> Result<Option<i64>> {
    again(|| try_to_classify(database, id, change, at)).await
}

async fn try_to_classify(
    database: &Database,
    id: &str,
    change: &Classification,
    at: i64,
) -> Result<Option<i64>> {
    let mut transaction = database.begin().await?;
    let Some(row) = live(&mut transaction, id, database.dialect().for_update()).await? else {
        return Ok(None);
    };
    let category_id = change.category_id.clone().map_or_else(|| row.opt_text("category_id"), Ok)?;
    let organization_id =
        change.organization_id.clone().map_or_else(|| row.opt_text("organization_id"), Ok)?;
    let version = row.int("version")? + 1;
    let sql =
        "UPDATE documents SET category_id = ?, organization_id = ?, version = ?, updated_at = ? WHERE id = ?";
    transaction.execute(sql, params![category_id, organization_id, version, at, id]).await?;
    if let Some(keywords) = &change.keywords {
        replace_keywords(&mut transaction, id, keywords).await?;
    }
    let entry = outbox::NewEntry { document_id: id, collection: &row.text("collection")?, version };
    outbox::enqueue(&mut transaction, &[entry], at).await?;
    transaction.commit().await?;
    Ok(Some(version))
}

/// Turns a document into a tombstone; the tombstone's version, or `None` if there is no such document.
pub async fn delete(database: &Database, id: &str, at: i64) -> Result<Option<i64>> {
    again(|| try_to_delete(database, id, at)).await
}

async fn try_to_delete(database: &Database, id: &str, at: i64) -> Result<Option<i64>> {
    let mut transaction = database.begin().await?;
    let Some(row) = live(&mut transaction, id, database.dialect().for_update()).await? else {
        return Ok(None);
    };
    let version = row.int("version")? + 1;
    let sql = "UPDATE documents SET deleted_at = ?, version = ?, updated_at = ? WHERE id = ?";
    transaction.execute(sql, params![at, version, at, id]).await?;
    replace_keywords(&mut transaction, id, &[]).await?;
    let entry = outbox::NewEntry { document_id: id, collection: &row.text("collection")?, version };
    outbox::enqueue(&mut transaction, &[entry], at).await?;
    transaction.commit().await?;
    Ok(Some(version))
}

/// A document that exists, locked, so that its next version is counted once.
async fn live(transaction: &mut Transaction, id: &str, lock: &str) -> Result<Option<Row>> {
    let columns = "collection, version, category_id, organization_id";
    let sql = format!("SELECT {columns} FROM documents WHERE id = ? AND deleted_at IS NULL{lock}");
    transaction.query_optional(&sql, params![id]).await
}

/// Writes a document's keywords in place of those it had.
pub(super) async fn replace_keywords(
    transaction: &mut Transaction,
    id: &str,
    keywords: &[String],
) -> Result<()> {
    transaction.execute("DELETE FROM document_keywords WHERE document_id = ?", params![id]).await?;
    let rows: Vec<(&str, i64, &str)> =
        (0..).zip(keywords).map(|(position, keyword)| (id, position, keyword.as_str())).collect();
    insert_keywords(transaction, &rows).await
}

/// Adds keywords: document, position, keyword.
pub(super) async fn insert_keywords(transaction: &mut Transaction, rows: &[(&str, i64, &str)]) -> Result<()> {
    let columns = ["document_id", "position", "keyword"];
    for chunk in rows.chunks(super::rows_per_statement(columns.len())) {
        let args: Vec<_> = chunk
            .iter()
            .flat_map(|(id, position, keyword)| params![*id, *position, *keyword].to_vec())
            .collect();
        transaction.execute(&super::insert_rows("document_keywords", &columns, chunk.len()), &args).await?;
    }
    Ok(())
}

/// Gives every document of these categories a new version and queues it, after the tree above them changed.
pub async fn touch_categories(database: &Database, category_ids: &[String], at: i64) -> Result<u64> {
    again(|| try_to_touch_categories(database, category_ids, at)).await
}

async fn try_to_touch_categories(database: &Database, category_ids: &[String], at: i64) -> Result<u64> {
    let mut transaction = database.begin().await?;
    let categories = placeholders(category_ids.len());
    let sql = format!(
        "UPDATE documents SET version = version + 1, updated_at = ? WHERE deleted_at IS NULL AND category_id IN {categories}"
    );
    let mut args = params![at].to_vec();
    args.extend(values(category_ids));
    let touched = transaction.execute(&sql, &args).await?;
    let sql = format!(
        "INSERT INTO outbox (document_id, collection, version, created_at) SELECT id, collection, version, ? FROM documents \
         WHERE deleted_at IS NULL AND category_id IN {categories}"
    );
    transaction.execute(&sql, &args).await?;
    transaction.commit().await?;
    Ok(touched)
}
