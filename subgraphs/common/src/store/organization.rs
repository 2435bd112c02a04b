//! Organizations that issue documents.

use std::collections::HashMap;

use service::{Created, Creation};
use stores::sql::{Database, Row, Transaction, again, placeholders};
use stores::{Result, params};

use super::{insert_rows, rows_per_statement, values};

/// Organizations are created under keys.
pub const CREATED: Created = Created { table: "organizations", by: "created_by" };

/// An organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Its id.
    pub id: String,
    /// A short stable name for addresses.
    pub slug: String,
    /// Its Korean name.
    pub name_ko: String,
    /// Its English name.
    pub name_en: String,
    /// What kind of organization, e.g. `ministry`.
    pub kind: String,
    /// Its home page.
    pub homepage: Option<String>,
    /// Made at (microseconds).
    pub created_at: i64,
    /// Last changed at (microseconds).
    pub updated_at: i64,
}

const COLUMNS: [&str; 8] =
    ["id", "slug", "name_ko", "name_en", "kind", "homepage", "created_at", "updated_at"];

fn organization(row: &Row) -> Result<Organization> {
    Ok(Organization {
        id: row.text("id")?,
        slug: row.text("slug")?,
        name_ko: row.text("name_ko")?,
        name_en: row.text("name_en")?,
        kind: row.text("kind")?,
        homepage: row.opt_text("homepage")?,
        created_at: row.int("created_at")?,
        updated_at: row.int("updated_at")?,
    })
}

/// By id.
pub async fn by_ids(database: &Database, ids: &[String]) -> Result<HashMap<String, Organization>> {
    let sql =
        format!("SELECT {} FROM organizations WHERE id IN {}", COLUMNS.join(", "), placeholders(ids.len()));
    let rows = database.query(&sql, &values(ids)).await?;
    rows.iter().map(organization).map(|row| row.map(|row| (row.id.clone(), row))).collect()
}

/// By slug.
pub async fn by_slug(database: &Database, slug: &str) -> Result<Option<Organization>> {
    let sql = format!("SELECT {} FROM organizations WHERE slug = ?", COLUMNS.join(", "));
    database.query_optional(&sql, params![slug]).await?.as_ref().map(organization).transpose()
}

/// A page by slug, of one kind or of all.
pub async fn page(
    database: &Database,
    kind: Option<&str>,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Organization>> {
    let sql = format!(
        "SELECT {} FROM organizations WHERE (? IS NULL OR kind = ?) AND slug > ? ORDER BY slug LIMIT ?",
        COLUMNS.join(", ")
    );
    let rows = database.query(&sql, params![kind, kind, after.unwrap_or_default(), limit]).await?;
    rows.iter().map(organization).collect()
}

/// Adds organizations; `AlreadyExists` if an id or a slug is taken.
pub async fn insert(database: &Database, organizations: &[Organization]) -> Result<()> {
    again(|| try_to_insert(database, organizations)).await
}

async fn try_to_insert(database: &Database, organizations: &[Organization]) -> Result<()> {
    let mut transaction = database.begin().await?;
    insert_in(&mut transaction, organizations).await?;
    transaction.commit().await
}

/// Adds the organization of a request; `AlreadyExists` if the slug is taken, or the request has been carried out.
pub async fn add(database: &Database, organization: &Organization, creation: &Creation) -> Result<()> {
    again(|| async {
        let mut transaction = database.begin().await?;
        insert_in(&mut transaction, std::slice::from_ref(organization)).await?;
        creation.note(&mut transaction, &organization.id).await?;
        transaction.commit().await
    })
    .await
}

async fn insert_in(transaction: &mut Transaction, organizations: &[Organization]) -> Result<()> {
    for chunk in organizations.chunks(rows_per_statement(COLUMNS.len())) {
        let mut args = Vec::with_capacity(chunk.len() * COLUMNS.len());
        for row in chunk {
            args.extend_from_slice(params![
                &row.id,
                &row.slug,
                &row.name_ko,
                &row.name_en,
                &row.kind,
                row.homepage.clone(),
                row.created_at,
                row.updated_at,
            ]);
        }
        transaction.execute(&insert_rows("organizations", &COLUMNS, chunk.len()), &args).await?;
    }
    Ok(())
}

/// Writes a changed organization; whether it was there.
pub async fn update(database: &Database, row: &Organization) -> Result<bool> {
    let sql = "UPDATE organizations SET slug = ?, name_ko = ?, name_en = ?, kind = ?, homepage = ?, updated_at = ? \
               WHERE id = ?";
    let args = params![
        &row.slug,
        &row.name_ko,
        &row.name_en,
        &row.kind,
        row.homepage.clone(),
        row.updated_at,
        &row.id,
    ];
    Ok(database.execute(sql, args).await? > 0)
}

/// Removes an organization; whether it was there.
pub async fn delete(database: &Database, id: &str) -> Result<bool> {
    Ok(database.execute("DELETE FROM organizations WHERE id = ?", params![id]).await? > 0)
}
