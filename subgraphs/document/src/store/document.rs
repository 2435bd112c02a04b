//! Documents of Document Meta. What was deleted is not there for anyone.

use stores::search::Collection;
use stores::sql::{Database, Row, Value, placeholders};
use stores::{Result, StoreError};

const HEAD: &str = "id, collection, title, summary, language, author, source_url, published_at, details, created_at, \
                    updated_at";

/// A document without its text, which can be long.
#[derive(Clone, Debug)]
pub struct Head {
    /// The id.
    pub id: String,
    /// Which collection it is of.
    pub collection: Collection,
    /// The title.
    pub title: String,
    /// The abstract.
    pub summary: String,
    /// The language code.
    pub language: String,
    /// Who wrote it.
    pub author: Option<String>,
    /// Where it was found.
    pub source_url: Option<String>,
    /// When it was published.
    pub published_at: i64,
    /// The collection's own fields, keys as in GraphQL, times in microseconds.
    pub details: serde_json::Value,
    /// When it was taken in.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
}

/// Which documents a list has. Everything set must hold; of a list of values one must.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of these collections.
    pub collections: Vec<Collection>,
    /// Filed under exactly these categories.
    pub category_ids: Vec<String>,
    /// Issued by these organizations.
    pub organization_ids: Vec<String>,
    /// Filed under these words.
    pub keywords: Vec<String>,
    /// In these languages.
    pub languages: Vec<String>,
    /// Published at or after.
    pub published_from: Option<i64>,
    /// Published before.
    pub published_before: Option<i64>,
}

/// Where a document stands in a list: by time of publication, then by id, both falling.
pub type Place = (i64, String);

/// Whether documents can be read: the database answers, and common has made its tables.
pub async fn check(database: &Database) -> Result<()> {
    database.query_optional("SELECT id FROM documents LIMIT 1", &[]).await.map(|_| ())
}

/// Documents by id.
pub async fn heads(database: &Database, ids: &[String]) -> Result<Vec<Head>> {
    let sql = format!(
        "SELECT {HEAD} FROM documents WHERE deleted_at IS NULL AND id IN {}",
        placeholders(ids.len())
    );
    let rows = database.query(&sql, &values(ids)).await?;
    rows.iter().map(head).collect()
}

/// The texts of documents by id.
pub async fn bodies(database: &Database, ids: &[String]) -> Result<Vec<(String, String)>> {
    let sql = format!(
        "SELECT id, body FROM documents WHERE deleted_at IS NULL AND id IN {}",
        placeholders(ids.len())
    );
    let rows = database.query(&sql, &values(ids)).await?;
    rows.iter().map(|row| Ok((row.text("id")?, row.text("body")?))).collect()
}

/// A page of a list, newest first.
pub async fn page(
    database: &Database,
    filter: &Filter,
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<Head>> {
    let (mut conditions, mut args) = conditions(filter);
    if let Some((published_at, id)) = after {
        conditions.push_str(" AND (published_at < ? OR (published_at = ? AND id < ?))");
        args.extend([Value::from(*published_at), Value::from(*published_at), Value::from(id)]);
    }
    args.push(Value::from(limit));
    let sql = format!(
        "SELECT {HEAD} FROM documents WHERE {conditions} ORDER BY published_at DESC, id DESC LIMIT ?"
    );
    let rows = database.query(&sql, &args).await?;
    rows.iter().map(head).collect()
}

/// How many documents a list has.
pub async fn count(database: &Database, filter: &Filter) -> Result<i64> {
    let (conditions, args) = conditions(filter);
    let sql = format!("SELECT COUNT(*) AS documents FROM documents WHERE {conditions}");
    let row = database.query_optional(&sql, &args).await?;
    row.map_or(Ok(0), |row| row.int("documents"))
}

fn conditions(filter: &Filter) -> (String, Vec<Value>) {
    let mut sql = "deleted_at IS NULL".to_owned();
    let mut args = Vec::new();
    let collections: Vec<String> =
        filter.collections.iter().map(|collection| collection.name().to_owned()).collect();
    let one_of = [
        ("collection", &collections),
        ("category_id", &filter.category_ids),
        ("organization_id", &filter.organization_ids),
        ("language", &filter.languages),
    ];
    for (column, wanted) in one_of.into_iter().filter(|(_, wanted)| !wanted.is_empty()) {
        sql.push_str(&format!(" AND {column} IN {}", placeholders(wanted.len())));
        args.extend(values(wanted));
    }
    if !filter.keywords.is_empty() {
        let keywords = placeholders(filter.keywords.len());
        sql.push_str(&format!(
            " AND id IN (SELECT document_id FROM document_keywords WHERE keyword IN {keywords})"
        ));
        args.extend(values(&filter.keywords));
    }
    for (condition, time) in
        [("published_at >= ?", filter.published_from), ("published_at < ?", filter.published_before)]
    {
        if let Some(time) = time {
            sql.push_str(&format!(" AND {condition}"));
            args.push(Value::from(time));
        }
    }
    (sql, args)
}

fn head(row: &Row) -> Result<Head> {
    let collection = row.text("collection")?;
    let collection = Collection::from_name(&collection)
        .ok_or_else(|| StoreError::Internal(format!("unknown collection {collection}")))?;
    Ok(Head {
        id: row.text("id")?,
        collection,
        title: row.text("title")?,
        summary: row.text("summary")?,
        language: row.text("language")?,
        author: row.opt_text("author")?,
        source_url: row.opt_text("source_url")?,
        published_at: row.int("published_at")?,
        details: row.json("details")?,
        created_at: row.int("created_at")?,
        updated_at: row.int("updated_at")?,
    })
}

fn values(texts: &[String]) -> Vec<Value> {
    texts.iter().map(Value::from).collect()
}
