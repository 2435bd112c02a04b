//! Crawl items: each URL of a run and where it stands.

use std::collections::HashMap;

use async_graphql::Enum;
use stores::sql::{NewRow, Row, Transaction, Value, placeholders};
use stores::{Result, params};

use super::pages::{Paging, Window};
use super::{Store, names};

/// Where an item stands.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[graphql(name = "CrawlItemState")]
pub enum ItemState {
    /// Its URL is known and waits to be fetched.
    Discovered,
    /// Its original is on the NAS and waits to be handed over.
    Stored,
    /// It was taken in.
    Done,
    /// It was left out on purpose.
    Skipped,
    /// It could not be taken in; an operator may have it tried again.
    Failed,
}

names!(ItemState { Discovered = "discovered", Stored = "stored", Done = "done", Skipped = "skipped", Failed = "failed" });

/// Why an item failed or was skipped.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[graphql(name = "CrawlItemReason")]
pub enum ItemReason {
    /// The site's robots.txt does not allow it.
    Robots,
    /// The site's robots.txt could not be read.
    RobotsUnavailable,
    /// It leads out of the source.
    OutOfScope,
    /// It leads to another URL, which is an item of its own.
    Redirected,
    /// Its redirects lead back to itself.
    RedirectLoop,
    /// Too many redirects in a row.
    TooManyRedirects,
    /// The host is private and the source does not allow such hosts.
    PrivateHost,
    /// The site did not answer.
    Unreachable,
    /// The site answered with an error.
    HttpStatus,
    /// It is of a kind that is not taken in.
    MediaType,
    /// It is larger than the source allows.
    TooLarge,
    /// The page asks not to be indexed.
    NoIndex,
    /// The same content was found at another URL of this run.
    DuplicateContent,
    /// It is a list of pages, not a page.
    Sitemap,
    /// There is no text in it.
    NoText,
    /// It cannot be read.
    Unreadable,
    /// Common refused the document.
    InvalidDocument,
    /// Common has another document for the same request.
    IdempotencyConflict,
    /// Common could not be reached for a long time.
    CommonUnavailable,
    /// The document was deleted, and is not taken in again.
    DocumentDeleted,
    /// A fault of the server; its log says more.
    Internal,
}

names!(ItemReason {
    Robots = "robots",
    RobotsUnavailable = "robots_unavailable",
    OutOfScope = "out_of_scope",
    Redirected = "redirected",
    RedirectLoop = "redirect_loop",
    TooManyRedirects = "too_many_redirects",
    PrivateHost = "private_host",
    Unreachable = "unreachable",
    HttpStatus = "http_status",
    MediaType = "media_type",
    TooLarge = "too_large",
    NoIndex = "no_index",
    DuplicateContent = "duplicate_content",
    Sitemap = "sitemap",
    NoText = "no_text",
    Unreadable = "unreadable",
    InvalidDocument = "invalid_document",
    IdempotencyConflict = "idempotency_conflict",
    CommonUnavailable = "common_unavailable",
    DocumentDeleted = "document_deleted",
    Internal = "internal",
});

/// One URL of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its id.
    pub id: String,
    /// Its run.
    pub run_id: String,
    /// Its run's source.
    pub source_id: String,
    /// Its normalized URL.
    pub url: String,
    /// How many links away from the start it was found.
    pub depth: i64,
    /// How many redirects led here.
    pub redirects: i64,
    /// Where it redirects.
    pub redirect_to: Option<String>,
    /// Where it stands.
    pub state: ItemState,
    /// How often the current step was tried.
    pub attempts: i64,
    /// Not to be tried before.
    pub next_attempt_at: i64,
    /// Why it failed or was skipped.
    pub reason: Option<ItemReason>,
    /// More about the reason, for people.
    pub detail: Option<String>,
    /// What the site answered last.
    pub http_status: Option<i64>,
    /// The `Content-Type` of the answer.
    pub content_type: Option<String>,
    /// SHA-256 of the content.
    pub content_hash: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// Its original on the NAS.
    pub file_id: Option<String>,
    /// The document it became.
    pub document_id: Option<String>,
    /// When it was discovered.
    pub created_at: i64,
    /// When it changed last.
    pub updated_at: i64,
}

/// How many items of a run are in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Waiting to be fetched.
    pub discovered: i64,
    /// Waiting to be handed over.
    pub stored: i64,
    /// Taken in.
    pub done: i64,
    /// Left out on purpose.
    pub skipped: i64,
    /// Failed.
    pub failed: i64,
}

impl Counts {
    /// All items.
    pub fn total(self) -> i64 {
        self.discovered + self.stored + self.done + self.skipped + self.failed
    }

    fn slot(&mut self, state: ItemState) -> &mut i64 {
        match state {
            ItemState::Discovered => &mut self.discovered,
            ItemState::Stored => &mut self.stored,
            ItemState::Done => &mut self.done,
            ItemState::Skipped => &mut self.skipped,
            ItemState::Failed => &mut self.failed,
        }
    }
}

const COLUMNS: [&str; 20] = [
    "id",
    "run_id",
    "source_id",
    "url",
    "depth",
    "redirects",
    "redirect_to",
    "state",
    "attempts",
    "next_attempt_at",
    "reason",
    "detail",
    "http_status",
    "content_type",
    "content_hash",
    "title",
    "file_id",
    "document_id",
    "created_at",
    "updated_at",
];

fn read(row: &Row) -> Result<Item> {
    Ok(Item {
        id: row.text("id")?,
        run_id: row.text("run_id")?,
        source_id: row.text("source_id")?,
        url: row.text("url")?,
        depth: row.int("depth")?,
        redirects: row.int("redirects")?,
        redirect_to: row.opt_text("redirect_to")?,
        state: ItemState::from_name(&row.text("state")?)?,
        attempts: row.int("attempts")?,
        next_attempt_at: row.int("next_attempt_at")?,
        reason: row.opt_text("reason")?.map(|reason| ItemReason::from_name(&reason)).transpose()?,
        detail: row.opt_text("detail")?,
        http_status: row.opt_int("http_status")?,
        content_type: row.opt_text("content_type")?,
        content_hash: row.opt_text("content_hash")?,
        title: row.opt_text("title")?,
        file_id: row.opt_text("file_id")?,
        document_id: row.opt_text("document_id")?,
        created_at: row.int("created_at")?,
        updated_at: row.int("updated_at")?,
    })
}

fn values(item: &Item) -> Vec<Value> {
    params![
        &item.id,
        &item.run_id,
        &item.source_id,
        &item.url,
        item.depth,
        item.redirects,
        item.redirect_to.clone(),
        item.state.name(),
        item.attempts,
        item.next_attempt_at,
        item.reason.map(ItemReason::name),
        item.detail.clone(),
        item.http_status,
        item.content_type.clone(),
        item.content_hash.clone(),
        item.title.clone(),
        item.file_id.clone(),
        item.document_id.clone(),
        item.created_at,
        item.updated_at,
    ]
    .to_vec()
}

fn of_run(state: Option<ItemState>) -> Paging {
    let filter =
        state.map_or_else(Default::default, |state| ("state = ?".to_owned(), vec![state.name().into()]));
    Paging { table: "crawl_items", parent: "run_id", filter, key: "id", descending: false }
}

impl Store {
    /// Items by their ids.
    pub async fn items(&self, ids: &[String]) -> Result<HashMap<String, Item>> {
        let sql = format!("SELECT * FROM crawl_items WHERE id IN {}", placeholders(ids.len()));
        let args: Vec<Value> = ids.iter().map(Value::from).collect();
        let rows = self.database.query(&sql, &args).await?;
        rows.iter().map(|row| read(row).map(|item| (item.id.clone(), item))).collect()
    }

    /// A page of items of each run, in the order of discovery.
    pub async fn items_of(
        &self,
        runs: &[String],
        state: Option<ItemState>,
        window: Window<'_>,
    ) -> Result<HashMap<String, Vec<Item>>> {
        of_run(state).pages(&self.database, runs, window, read).await
    }

    /// How many items each run has in each state.
    pub async fn item_counts(&self, runs: &[String]) -> Result<HashMap<String, Counts>> {
        let sql = format!(
            "SELECT run_id, state, COUNT(*) AS n FROM crawl_items WHERE run_id IN {} GROUP BY run_id, state",
            placeholders(runs.len())
        );
        let args: Vec<Value> = runs.iter().map(Value::from).collect();
        let mut counts: HashMap<String, Counts> =
            runs.iter().map(|run| (run.clone(), Counts::default())).collect();
        for row in self.database.query(&sql, &args).await? {
            let state = ItemState::from_name(&row.text("state")?)?;
            *counts.entry(row.text("run_id")?).or_default().slot(state) = row.int("n")?;
        }
        Ok(counts)
    }

    /// The next item to work on: those that are stored first, then by depth; only items whose time has come.
    pub async fn next_item(&self, run_id: &str) -> Result<Option<Item>> {
        let sql = "SELECT * FROM crawl_items WHERE run_id = ? AND state IN ('discovered', 'stored') AND next_attempt_at <= ? \
            ORDER BY state DESC, depth, id LIMIT 1";
        self.database.query_optional(sql, params![run_id, self.now()]).await?.as_ref().map(read).transpose()
    }

    /// When the next item of a run may be worked on; `None` when no item is left.
    pub async fn next_attempt(&self, run_id: &str) -> Result<Option<i64>> {
        let sql = "SELECT MIN(next_attempt_at) AS at FROM crawl_items WHERE run_id = ? AND state IN ('discovered', 'stored')";
        self.database.query_optional(sql, params![run_id]).await?.map_or(Ok(None), |row| row.opt_int("at"))
    }

    /// The item of a run with this URL.
    pub async fn item_at(&self, run_id: &str, url: &str) -> Result<Option<Item>> {
        let sql = "SELECT * FROM crawl_items WHERE run_id = ? AND url = ?";
        self.database.query_optional(sql, params![run_id, url]).await?.as_ref().map(read).transpose()
    }

    /// Another item of the run that has the same content and was not skipped.
    pub async fn same_content(&self, item: &Item, hash: &str) -> Result<Option<Item>> {
        let sql = "SELECT * FROM crawl_items WHERE run_id = ? AND content_hash = ? AND id <> ? AND state IN ('stored', 'done') LIMIT 1";
        self.database
            .query_optional(sql, params![&item.run_id, hash, &item.id])
            .await?
            .as_ref()
            .map(read)
            .transpose()
    }

    /// Why the first item that came to nothing did so.
    pub async fn first_reason(&self, run_id: &str) -> Result<Option<ItemReason>> {
        let sql = "SELECT reason FROM crawl_items WHERE run_id = ? AND reason IS NOT NULL AND reason NOT IN ('redirected', 'sitemap') \
            ORDER BY depth, id LIMIT 1";
        let row = self.database.query_optional(sql, params![run_id]).await?;
        row.map_or(Ok(None), |row| row.opt_text("reason"))?
            .map(|reason| ItemReason::from_name(&reason))
            .transpose()
    }

    /// Inside a transaction: gives up all items of a run that are not yet stored.
    pub async fn fail_discovered(
        &self,
        transaction: &mut Transaction,
        run_id: &str,
        why: (ItemReason, &str),
    ) -> Result<()> {
        let sql = "UPDATE crawl_items SET state = 'failed', reason = ?, detail = ?, updated_at = ? WHERE run_id = ? AND state = 'discovered'";
        transaction.execute(sql, params![why.0.name(), why.1, self.now(), run_id]).await.map(|_| ())
    }

    /// Inside a transaction: how many items count towards the run's page limit, and how many there are at all.
    pub async fn discovered_so_far(&self, transaction: &mut Transaction, run_id: &str) -> Result<(i64, i64)> {
        let sql = "SELECT COUNT(*) AS n, SUM(CASE WHEN state = 'skipped' THEN 1 ELSE 0 END) AS skipped FROM crawl_items WHERE run_id = ?";
        let Some(row) = transaction.query_optional(sql, params![run_id]).await? else { return Ok((0, 0)) };
        let all = row.int("n")?;
        Ok((all - row.opt_int("skipped")?.unwrap_or(0), all))
    }

    /// Inside a transaction: writes an item unless the run has its URL already; tells whether it was written.
    pub async fn discover(&self, transaction: &mut Transaction, item: &Item) -> Result<bool> {
        let row = NewRow { table: "crawl_items", columns: &COLUMNS, values: &values(item) };
        transaction.insert_or_ignore(&row).await
    }

    /// Inside a transaction: writes an item that is there already.
    pub async fn update_item(&self, transaction: &mut Transaction, item: &Item) -> Result<()> {
        let columns = &COLUMNS[3..];
        let changes: Vec<String> = columns.iter().map(|column| format!("{column} = ?")).collect();
        let sql = format!("UPDATE crawl_items SET {} WHERE id = ?", changes.join(", "));
        let mut args = values(item).split_off(3);
        args.push((&item.id).into());
        transaction.execute(&sql, &args).await.map(|_| ())
    }
}
