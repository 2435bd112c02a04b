//! Code tables and their codes.

use std::collections::HashMap;

use stores::sql::{Database, NewRow, Row, again, placeholders};
use stores::{Result, params};

use super::values;

/// The most codes that a table may have; what lets a table be read whole.
pub const MOST_CODES: i64 = 1_000;

/// A code table: a named list of values with labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeTable {
    /// Its id.
    pub id: String,
    /// Its stable name, e.g. `policy-stage`.
    pub name: String,
    /// Its Korean title.
    pub title_ko: String,
    /// Its English title.
    pub title_en: String,
    /// Made at (microseconds).
    pub created_at: i64,
    /// Last changed at (microseconds).
    pub updated_at: i64,
}

/// One code of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Its id.
    pub id: String,
    /// The table it belongs to.
    pub table_id: String,
    /// The value that data holds.
    pub value: String,
    /// Its place in the table.
    pub position: i64,
    /// Its Korean label.
    pub label_ko: String,
    /// Its English label.
    pub label_en: String,
    /// Whether new data may use it.
    pub active: bool,
}

const TABLE_COLUMNS: &str = "id, name, title_ko, title_en, created_at, updated_at";
const CODE_COLUMNS: &str = "id, table_id, value, position, label_ko, label_en, active";

fn table(row: &Row) -> Result<CodeTable> {
    Ok(CodeTable {
        id: row.text("id")?,
        name: row.text("name")?,
        title_ko: row.text("title_ko")?,
        title_en: row.text("title_en")?,
        created_at: row.int("created_at")?,
        updated_at: row.int("updated_at")?,
    })
}

fn code(row: &Row) -> Result<Code> {
    Ok(Code {
        id: row.text("id")?,
        table_id: row.text("table_id")?,
        value: row.text("value")?,
        position: row.int("position")?,
        label_ko: row.text("label_ko")?,
        label_en: row.text("label_en")?,
        active: row.boolean("active")?,
    })
}

/// A table by its name.
pub async fn table_by_name(database: &Database, name: &str) -> Result<Option<CodeTable>> {
    let sql = format!("SELECT {TABLE_COLUMNS} FROM code_tables WHERE name = ?");
    database.query_optional(&sql, params![name]).await?.as_ref().map(table).transpose()
}

/// A page of tables by name.
pub async fn tables(database: &Database, after: Option<&str>, limit: i64) -> Result<Vec<CodeTable>> {
    let sql = format!("SELECT {TABLE_COLUMNS} FROM code_tables WHERE name > ? ORDER BY name LIMIT ?");
    let rows = database.query(&sql, params![after.unwrap_or_default(), limit]).await?;
    rows.iter().map(table).collect()
}

/// The codes of each of these tables, in order.
pub async fn codes(database: &Database, table_ids: &[String]) -> Result<HashMap<String, Vec<Code>>> {
    let sql = format!(
        "SELECT {CODE_COLUMNS} FROM codes WHERE table_id IN {} ORDER BY table_id, position, value",
        placeholders(table_ids.len())
    );
    let mut found: HashMap<String, Vec<Code>> = table_ids.iter().map(|id| (id.clone(), Vec::new())).collect();
    for row in database.query(&sql, &values(table_ids)).await? {
        let code = code(&row)?;
        found.entry(code.table_id.clone()).or_default().push(code);
    }
    Ok(found)
}

/// Writes a table under its name, new or changed; the stored row keeps the id and the time that it was made with.
pub async fn save_table(database: &Database, row: &CodeTable) -> Result<CodeTable> {
    let columns = &["id", "name", "title_ko", "title_en", "created_at", "updated_at"];
    let values = params![&row.id, &row.name, &row.title_ko, &row.title_en, row.created_at, row.updated_at];
    let new = NewRow { table: "code_tables", columns, values };
    database.upsert(&new, &["name"], &["title_ko", "title_en", "updated_at"]).await?;
    Ok(table_by_name(database, &row.name).await?.unwrap_or_else(|| row.clone()))
}

/// Writes a code under its table and value, new or changed, unless the table is full; the code as it stands then.
pub async fn save(database: &Database, row: &Code, at: i64) -> Result<Option<Code>> {
    again(|| try_to_save(database, row, at)).await
}

async fn try_to_save(database: &Database, row: &Code, at: i64) -> Result<Option<Code>> {
    let mut transaction = database.begin().await?;
    let table = format!("SELECT id FROM code_tables WHERE id = ?{}", database.dialect().for_update());
    transaction.query_optional(&table, params![&row.table_id]).await?;
    let count = "SELECT COUNT(*) AS codes FROM codes WHERE table_id = ? AND value <> ?";
    let others = transaction.query_optional(count, params![&row.table_id, &row.value]).await?;
    if others.map(|row| row.int("codes")).transpose()?.unwrap_or_default() >= MOST_CODES {
        return Ok(None);
    }
    let columns = &[
        "id",
        "table_id",
        "value",
        "position",
        "label_ko",
        "label_en",
        "active",
        "created_at",
        "updated_at",
    ];
    let values = params![
        &row.id,
        &row.table_id,
        &row.value,
        row.position,
        &row.label_ko,
        &row.label_en,
        row.active,
        at,
        at,
    ];
    let new = NewRow { table: "codes", columns, values };
    let update = ["position", "label_ko", "label_en", "active", "updated_at"];
    transaction.upsert(&new, &["table_id", "value"], &update).await?;
    let stored = format!("SELECT {CODE_COLUMNS} FROM codes WHERE table_id = ? AND value = ?");
    let stored = transaction.query_optional(&stored, params![&row.table_id, &row.value]).await?;
    let stored = stored.as_ref().map(code).transpose()?;
    transaction.commit().await?;
    Ok(stored)
}

/// Removes a table with its codes; whether it was there.
pub async fn delete_table(database: &Database, id: &str) -> Result<bool> {
    again(|| try_to_delete_table(database, id)).await
}

async fn try_to_delete_table(database: &Database, id: &str) -> Result<bool> {
    let mut transaction = database.begin().await?;
    transaction.execute("DELETE FROM codes WHERE table_id = ?", params![id]).await?;
    let removed = transaction.execute("DELETE FROM code_tables WHERE id = ?", params![id]).await?;
    transaction.commit().await?;
    Ok(removed > 0)
}

/// Removes a code; whether it was there.
pub async fn delete(database: &Database, table_id: &str, value: &str) -> Result<bool> {
    let sql = "DELETE FROM codes WHERE table_id = ? AND value = ?";
    Ok(database.execute(sql, params![table_id, value]).await? > 0)
}
