//! Crawl sources.

use std::collections::HashMap;

use async_graphql::Enum;
use service::{Created, Creation};
use stores::sql::{NewRow, Row, Transaction, Value, again, placeholders};
use stores::{Result, params};

use super::{Store, names};

/// The collection that a document belongs to.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Collection {
    /// Documents about politics and policy.
    Politica,
    /// Screened items.
    Screening,
    /// Research projects.
    Project,
}

names!(Collection { Politica = "politica", Screening = "screening", Project = "project" });

/// How far a crawl goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many pages and files.
    pub max_pages: i64,
    /// How many links away from the start.
    pub max_depth: i64,
    /// How many bytes one page or file may have.
    pub max_bytes: i64,
    /// The least time between two requests.
    pub delay_ms: i64,
}

/// A site, or a part of one, that is crawled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where a crawl begins: a page, or a sitemap.
    pub start_url: String,
    /// Only URLs under this prefix are crawled.
    pub url_prefix: String,
    /// Where its documents go.
    pub collection: Collection,
    /// The category that its documents get.
    pub category_id: Option<String>,
    /// The organization that its documents get.
    pub organization_id: Option<String>,
    /// How far a crawl goes.
    pub limits: Limits,
    /// Whether hosts that are not on the public internet may be crawled.
    pub allow_private_hosts: bool,
    /// The time between two scheduled runs; without it there is no schedule.
    pub interval_seconds: Option<i64>,
    /// When the next scheduled run begins.
    pub next_run_at: Option<i64>,
    /// Whether it may be crawled at all.
    pub active: bool,
    /// Who registered it.
    pub created_by: Option<String>,
    /// When it was registered.
    pub created_at: i64,
    /// When it was changed last.
    pub updated_at: i64,
}

/// Sources are created under idempotency keys.
pub const SOURCES: Created = Created { table: "crawl_sources", by: "created_by" };

const COLUMNS: [&str; 18] = [
    "id",
    "name",
    "start_url",
    "url_prefix",
    "collection",
    "category_id",
    "organization_id",
    "max_pages",
    "max_depth",
    "max_bytes",
    "delay_ms",
    "allow_private_hosts",
    "interval_seconds",
    "next_run_at",
    "active",
    "created_by",
    "created_at",
    "updated_at",
];

fn read(row: &Row) -> Result<Source> {
    Ok(Source {
        id: row.text("id")?,
        name: row.text("name")?,
        start_url: row.text("start_url")?,
        url_prefix: row.text("url_prefix")?,
        collection: Collection::from_name(&row.text("collection")?)?,
        category_id: row.opt_text("category_id")?,
        organization_id: row.opt_text("organization_id")?,
        limits: Limits {
            max_pages: row.int("max_pages")?,
            max_depth: row.int("max_depth")?,
            max_bytes: row.int("max_bytes")?,
            delay_ms: row.int("delay_ms")?,
        },
        allow_private_hosts: row.boolean("allow_private_hosts")?,
        interval_seconds: row.opt_int("interval_seconds")?,
        next_run_at: row.opt_int("next_run_at")?,
        active: row.boolean("active")?,
        created_by: row.opt_text("created_by")?,
        created_at: row.int("created_at")?,
        updated_at: row.int("updated_at")?,
    })
}

fn values(source: &Source) -> Vec<Value> {
    params![
        &source.id,
        &source.name,
        &source.start_url,
        &source.url_prefix,
        source.collection.name(),
        source.category_id.clone(),
        source.organization_id.clone(),
        source.limits.max_pages,
        source.limits.max_depth,
        source.limits.max_bytes,
        source.limits.delay_ms,
        source.allow_private_hosts,
        source.interval_seconds,
        source.next_run_at,
        source.active,
        source.created_by.clone(),
        source.created_at,
        source.updated_at,
    ]
    .to_vec()
}

impl Store {
    /// Writes a source, new or changed.
    pub async fn save_source(&self, source: &Source) -> Result<()> {
        let row = NewRow { table: "crawl_sources", columns: &COLUMNS, values: &values(source) };
        self.database.upsert(&row, &["id"], &COLUMNS[1..]).await
    }

    /// Inside a transaction: writes a source, new or changed.
    pub async fn save_source_in(&self, transaction: &mut Transaction, source: &Source) -> Result<()> {
        let row = NewRow { table: "crawl_sources", columns: &COLUMNS, values: &values(source) };
        transaction.upsert(&row, &["id"], &COLUMNS[1..]).await
    }

    /// Writes the new source of a request; `AlreadyExists` when the same request has made one.
    pub async fn add_source(&self, source: &Source, creation: &Creation) -> Result<()> {
        again(|| self.try_to_add_source(source, creation)).await
    }

    async fn try_to_add_source(&self, source: &Source, creation: &Creation) -> Result<()> {
        let mut transaction = self.database.begin().await?;
        self.save_source_in(&mut transaction, source).await?;
        creation.note(&mut transaction, &source.id).await?;
        transaction.commit().await
    }

    /// The source with this id.
    pub async fn source(&self, id: &str) -> Result<Option<Source>> {
        Ok(self.sources(&[id.to_owned()]).await?.remove(id))
    }

    /// Sources by their ids.
    pub async fn sources(&self, ids: &[String]) -> Result<HashMap<String, Source>> {
        let sql = format!("SELECT * FROM crawl_sources WHERE id IN {}", placeholders(ids.len()));
        let args: Vec<Value> = ids.iter().map(Value::from).collect();
        let rows = self.database.query(&sql, &args).await?;
        rows.iter().map(|row| read(row).map(|source| (source.id.clone(), source))).collect()
    }

    /// Sources by name, after the one that `after` (name, id) names.
    pub async fn source_page(
        &self,
        after: Option<&(String, String)>,
        active: Option<bool>,
        limit: i64,
    ) -> Result<Vec<Source>> {
        let mut sql = "SELECT * FROM crawl_sources WHERE 1 = 1".to_owned();
        let mut args = Vec::new();
        if let Some((name, id)) = after {
            sql.push_str(" AND (name > ? OR (name = ? AND id > ?))");
            args.extend([Value::from(name), Value::from(name), Value::from(id)]);
        }
        if let Some(active) = active {
            sql.push_str(" AND active = ?");
            args.push(active.into());
        }
        sql.push_str(" ORDER BY name, id LIMIT ?");
        args.push(limit.into());
        self.database.query(&sql, &args).await?.iter().map(read).collect()
    }

    /// How many sources there are.
    pub async fn count_sources(&self, active: Option<bool>) -> Result<i64> {
        let (sql, args) = match active {
            None => ("SELECT COUNT(*) AS n FROM crawl_sources", Vec::new()),
            Some(active) => ("SELECT COUNT(*) AS n FROM crawl_sources WHERE active = ?", vec![active.into()]),
        };
        self.database.query_optional(sql, &args).await?.map_or(Ok(0), |row| row.int("n"))
    }

    /// Active sources whose scheduled time has come.
    pub async fn due_sources(&self) -> Result<Vec<Source>> {
        let sql = "SELECT * FROM crawl_sources WHERE active = 1 AND next_run_at <= ? ORDER BY next_run_at, id LIMIT 20";
        self.database.query(sql, params![self.now()]).await?.iter().map(read).collect()
    }

    /// Moves the schedule of a source on, unless another worker has done so.
    pub async fn reschedule(&self, source: &Source, next_run_at: Option<i64>) -> Result<()> {
        let sql = "UPDATE crawl_sources SET next_run_at = ? WHERE id = ? AND next_run_at = ?";
        self.database.execute(sql, params![next_run_at, &source.id, source.next_run_at]).await.map(|_| ())
    }
}
