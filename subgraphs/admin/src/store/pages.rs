//! The children of many parents at once, a page for each: one statement for any number of parents.

use std::collections::HashMap;

use stores::Result;
use stores::sql::{Database, Row, Value, placeholders};

/// Which rows belong to a parent, and in which order they are paged.
pub struct Paging {
    /// The table.
    pub table: &'static str,
    /// The column that names the parent.
    pub parent: &'static str,
    /// An additional condition, with its values.
    pub filter: (String, Vec<Value>),
    /// The column that orders the rows of a parent; unique among them.
    pub key: &'static str,
    /// Largest key first.
    pub descending: bool,
}

/// A page of each parent: `limit` rows after the row with key `after`.
#[derive(Clone, Copy)]
pub struct Window<'a> {
    /// How many rows.
    pub limit: i64,
    /// The key of the last row seen.
    pub after: Option<&'a str>,
}

impl Paging {
    /// The pages, by parent. Parents without rows are missing.
    pub async fn pages<T>(
        &self,
        database: &Database,
        parents: &[String],
        window: Window<'_>,
        read: impl Fn(&Row) -> Result<T>,
    ) -> Result<HashMap<String, Vec<T>>> {
        let (order, comparison) = if self.descending { ("DESC", "<") } else { ("ASC", ">") };
        let mut args: Vec<Value> = parents.iter().map(Value::from).collect();
        let mut condition = format!("{} IN {}", self.parent, placeholders(parents.len()));
        if !self.filter.0.is_empty() {
            condition = format!("{condition} AND {}", self.filter.0);
            args.extend(self.filter.1.iter().cloned());
        }
        if let Some(after) = window.after {
            condition = format!("{condition} AND {} {comparison} ?", self.key);
            args.push(after.into());
        }
        args.push(window.limit.into());
        let sql = format!(
            "SELECT * FROM (SELECT t.*, ROW_NUMBER() OVER (PARTITION BY {parent} ORDER BY {key} {order}) AS row_in_page \
             FROM {table} t WHERE {condition}) ranked WHERE row_in_page <= ? ORDER BY {key} {order}",
            parent = self.parent,
            table = self.table,
            key = self.key,
        );
        let mut pages: HashMap<String, Vec<T>> = HashMap::new();
        for row in database.query(&sql, &args).await? {
            pages.entry(row.text(self.parent)?).or_default().push(read(&row)?);
        }
        Ok(pages)
    }

    /// How many rows each parent has.
    pub async fn counts(&self, database: &Database, parents: &[String]) -> Result<HashMap<String, i64>> {
        let mut args: Vec<Value> = parents.iter().map(Value::from).collect();
        let mut condition = format!("{} IN {}", self.parent, placeholders(parents.len()));
        if !self.filter.0.is_empty() {
            condition = format!("{condition} AND {}", self.filter.0);
            args.extend(self.filter.1.iter().cloned());
        }
        let sql = format!(
            "SELECT {parent}, COUNT(*) AS rows_of_parent FROM {table} WHERE {condition} GROUP BY {parent}",
            parent = self.parent,
            table = self.table,
        );
        let rows = database.query(&sql, &args).await?;
        rows.iter().map(|row| Ok((row.text(self.parent)?, row.int("rows_of_parent")?))).collect()
    }
}
