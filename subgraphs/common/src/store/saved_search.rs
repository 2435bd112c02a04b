//! Saved searches: a user's search under a name, newest first.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use stores::search::Collection;
use stores::sql::{Database, Row, Value, again};
use stores::{Result, StoreError, params};

use super::bookmark::{pages_args, pages_sql};
use super::{insert_rows, rows_per_statement};

/// The most saved searches that one user may have.
pub const MOST_SAVED_SEARCHES: i64 = 500;

/// A saved search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedSearch {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub user_id: String,
    /// Its name, one per user.
    pub name: String,
    /// What is searched for.
    pub parameters: Parameters,
    /// Made at (microseconds).
    pub created_at: i64,
    /// Last changed at (microseconds).
    pub updated_at: i64,
}

/// What a saved search searches for; stored as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Parameters {
    /// The user's words.
    pub text: Option<String>,
    /// Which collections; none means all.
    pub collections: Vec<Collection>,
    /// Any of these categories.
    pub category_ids: Vec<String>,
    /// Any of these organizations.
    pub organization_ids: Vec<String>,
    /// Any of these keywords.
    pub keywords: Vec<String>,
    /// Any of these languages.
    pub languages: Vec<String>,
    /// Published at or after (microseconds).
    pub published_from: Option<i64>,
    /// Published before (microseconds).
    pub published_before: Option<i64>,
    /// The order of the hits.
    pub order: Order,
}

/// The order of the hits of a saved search.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// Best first.
    #[default]
    Relevance,
    /// Newest first.
    Newest,
    /// Oldest first.
    Oldest,
}

/// What became of saving a search.
pub enum Saved {
    /// It stands there now as given.
    Stored,
    /// The user has one of that name.
    NameTaken(Box<SavedSearch>),
    /// The user has as many as one may have.
    TooMany,
}

const COLUMNS: [&str; 6] = ["id", "user_id", "name", "parameters", "created_at", "updated_at"];

fn saved_search(row: &Row) -> Result<SavedSearch> {
    Ok(SavedSearch {
        id: row.text("id")?,
        user_id: row.text("user_id")?,
        name: row.text("name")?,
        parameters: row.json("parameters")?,
        created_at: row.int("created_at")?,
        updated_at: row.int("updated_at")?,
    })
}

/// One page for each of these users in one statement; every page begins after the same place and has the same length.
pub async fn pages(
    database: &Database,
    user_ids: &[String],
    after: Option<&(i64, String)>,
    limit: i64,
) -> Result<HashMap<String, Vec<SavedSearch>>> {
    let sql = pages_sql("saved_searches", &COLUMNS, user_ids.len());
    let mut found: HashMap<String, Vec<SavedSearch>> = HashMap::new();
    for row in database.query(&sql, &pages_args(user_ids, after, limit)).await? {
        let saved = saved_search(&row)?;
        found.entry(saved.user_id.clone()).or_default().push(saved);
    }
    Ok(found)
}

/// Saves a search under its name. With `replace`, the one of that name takes the new parameters and keeps its id.
pub async fn save(database: &Database, row: &mut SavedSearch, replace: bool) -> Result<Saved> {
    let saved = match again(|| try_to_save(database, row, replace)).await {
        // Somebody was faster; now it can be seen.
        Err(StoreError::AlreadyExists { .. }) => again(|| try_to_save(database, row, replace)).await?,
        saved => saved?,
    };
    Ok(match saved {
        Ok(stored) => {
            *row = stored;
            Saved::Stored
        }
        Err(refused) => refused,
    })
}

async fn try_to_save(
    database: &Database,
    row: &SavedSearch,
    replace: bool,
) -> Result<std::result::Result<SavedSearch, Saved>> {
    let mut transaction = database.begin().await?;
    let there = format!(
        "SELECT {} FROM saved_searches WHERE user_id = ? AND name = ?{}",
        COLUMNS.join(", "),
        database.dialect().for_update()
    );
    let there = transaction.query_optional(&there, params![&row.user_id, &row.name]).await?;
    let mut row = row.clone();
    match there.as_ref().map(saved_search).transpose()? {
        Some(there) if !replace => return Ok(Err(Saved::NameTaken(Box::new(there)))),
        Some(there) => {
            row.id = there.id;
            row.created_at = there.created_at;
            let sql = "UPDATE saved_searches SET parameters = ?, updated_at = ? WHERE id = ?";
            transaction.execute(sql, params![json(&row.parameters)?, row.updated_at, &row.id]).await?;
        }
        None => {
            let count = "SELECT COUNT(*) AS searches FROM saved_searches WHERE user_id = ?";
            let count = transaction.query_optional(count, params![&row.user_id]).await?;
            if count.map(|row| row.int("searches")).transpose()?.unwrap_or_default() >= MOST_SAVED_SEARCHES {
                return Ok(Err(Saved::TooMany));
            }
            transaction.execute(&insert_rows("saved_searches", &COLUMNS, 1), &args(&row)?).await?;
        }
    }
    transaction.commit().await?;
    Ok(Ok(row))
}

/// Adds many at once, for sample data.
pub async fn insert(database: &Database, searches: &[SavedSearch]) -> Result<()> {
    let mut transaction = database.begin().await?;
    for chunk in searches.chunks(rows_per_statement(COLUMNS.len())) {
        let args = chunk.iter().map(args).collect::<Result<Vec<_>>>()?.concat();
        transaction.execute(&insert_rows("saved_searches", &COLUMNS, chunk.len()), &args).await?;
    }
    transaction.commit().await
}

/// Removes a saved search; whether the user had it.
pub async fn delete(database: &Database, user_id: &str, id: &str) -> Result<bool> {
    let sql = "DELETE FROM saved_searches WHERE id = ? AND user_id = ?";
    Ok(database.execute(sql, params![id, user_id]).await? > 0)
}

fn args(row: &SavedSearch) -> Result<Vec<Value>> {
    let parameters = json(&row.parameters)?;
    Ok(params![&row.id, &row.user_id, &row.name, parameters, row.created_at, row.updated_at].to_vec())
}

fn json(parameters: &Parameters) -> Result<String> {
    serde_json::to_string(parameters).map_err(|error| StoreError::Internal(format!("writing JSON: {error}")))
}
