//! The outbox: what the indexes still have to learn. Servers claim entries for a while, so that several share the work; an
//! entry goes away only after the index holds it.

use stores::search::Collection;
use stores::sql::{Database, Row, Transaction, again, placeholders};
use stores::{Result, params};

use super::{collection_name, values};

/// An entry to be added.
pub struct NewEntry<'a> {
    /// The document.
    pub document_id: &'a str,
    /// Its collection, as the database writes it.
    pub collection: &'a str,
    /// The version that the row has from now on.
    pub version: i64,
}

/// A claimed entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the outbox.
    pub sequence: i64,
    /// The document.
    pub document_id: String,
    /// Its collection, as the database writes it.
    pub collection: String,
    /// The version for which it was queued.
    pub version: i64,
}

/// A claim to be made: of what, by whom, until when.
#[derive(Clone, Debug)]
pub struct Claim<'a> {
    /// Only entries of this collection.
    pub collection: Collection,
    /// The server that claims; its own claims it may always take again.
    pub by: &'a str,
    /// Now (microseconds).
    pub now: i64,
    /// When others may take the entries over.
    pub until: i64,
    /// At most so many entries.
    pub limit: i64,
}

/// How full the outbox is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// All entries.
    pub entries: i64,
    /// Those claimed by a server right now.
    pub claimed: i64,
    /// Those that the index refused and that wait for another try.
    pub refused: i64,
    /// When the oldest was queued.
    pub oldest_at: Option<i64>,
}

/// Who holds entries that the index refused.
pub const REFUSED: &str = "refused";

/// Adds entries inside the transaction that writes the rows.
pub(super) async fn enqueue(transaction: &mut Transaction, entries: &[NewEntry<'_>], at: i64) -> Result<()> {
    let columns = ["document_id", "collection", "version", "created_at"];
    for chunk in entries.chunks(super::rows_per_statement(columns.len())) {
        let args: Vec<_> = chunk
            .iter()
            .flat_map(|entry| params![entry.document_id, entry.collection, entry.version, at].to_vec())
            .collect();
        transaction.execute(&super::insert_rows("outbox", &columns, chunk.len()), &args).await?;
    }
    Ok(())
}

/// Queues all rows of a collection that changed at or after `since`, tombstones included.
pub async fn enqueue_changed(database: &Database, collection: &str, since: i64, at: i64) -> Result<u64> {
    let sql = "INSERT INTO outbox (document_id, collection, version, created_at) \
               SELECT id, collection, version, ? FROM documents WHERE collection = ? AND updated_at >= ?";
    database.execute(sql, params![at, collection, since]).await
}

/// Claims the oldest entries that nobody else holds. A document of which another server holds an entry is left to it, so that
/// two servers never carry two versions of one document at the same time.
pub async fn claim(database: &Database, claim: &Claim<'_>) -> Result<Vec<Entry>> {
    again(|| try_to_claim(database, claim)).await
}

/// One server at a time: which entries are free depends on other entries of the same document. That waits for others only when
/// there is something to claim.
async fn try_to_claim(database: &Database, claim: &Claim<'_>) -> Result<Vec<Entry>> {
    let collection = collection_name(claim.collection);
    let any = "SELECT sequence FROM outbox WHERE collection = ? LIMIT 1";
    if database.query_optional(any, params![collection]).await?.is_none() {
        return Ok(Vec::new());
    }
    let mut transaction = database.begin().await?;
    transaction.lock(&format!("outbox {collection}")).await?;
    let sql = "SELECT sequence, document_id, collection, version FROM outbox WHERE collection = ? AND (claimed_by IS NULL OR \
         claimed_by = ? OR claimed_until < ?) AND NOT EXISTS (SELECT 1 FROM outbox held WHERE \
         held.document_id = outbox.document_id AND held.claimed_until >= ? AND held.claimed_by <> ? AND \
         held.claimed_by <> ?) ORDER BY sequence LIMIT ?";
    let args = params![collection, claim.by, claim.now, claim.now, claim.by, REFUSED, claim.limit];
    let rows = transaction.query(sql, args).await?;
    let entries = rows.iter().map(entry).collect::<Result<Vec<_>>>()?;
    if entries.is_empty() {
        return Ok(entries);
    }
    let sequences: Vec<String> = entries.iter().map(|entry| entry.sequence.to_string()).collect();
    let sql = format!(
        "UPDATE outbox SET claimed_by = ?, claimed_until = ? WHERE sequence IN ({})",
        sequences.join(", ")
    );
    transaction.execute(&sql, params![claim.by, claim.until]).await?;
    transaction.commit().await?;
    Ok(entries)
}

fn entry(row: &Row) -> Result<Entry> {
    Ok(Entry {
        sequence: row.int("sequence")?,
        document_id: row.text("document_id")?,
        collection: row.text("collection")?,
        version: row.int("version")?,
    })
}

/// Takes entries away that the index holds now, as far as they are still this server's.
pub async fn done(database: &Database, by: &str, sequences: &[i64]) -> Result<u64> {
    let sql = format!("DELETE FROM outbox WHERE claimed_by = ? AND sequence IN ({})", numbers(sequences));
    database.execute(&sql, params![by]).await
}

/// Gives the entries of a collection back, so that any server may take them at once.
pub async fn release(database: &Database, by: &str, collection: Collection) -> Result<()> {
    let sql =
        "UPDATE outbox SET claimed_by = NULL, claimed_until = NULL WHERE claimed_by = ? AND collection = ?";
    database.execute(sql, params![by, collection_name(collection)]).await.map(|_| ())
}

/// Puts entries aside that the index refuses, to be tried again after `until`.
pub async fn refuse(database: &Database, sequences: &[i64], until: i64) -> Result<()> {
    let sql = format!(
        "UPDATE outbox SET claimed_by = ?, claimed_until = ? WHERE sequence IN ({})",
        numbers(sequences)
    );
    database.execute(&sql, params![REFUSED, until]).await.map(|_| ())
}

/// How full the outbox is.
pub async fn backlog(database: &Database, now: i64) -> Result<Backlog> {
    let sql = "SELECT COUNT(*) AS entries, MIN(created_at) AS oldest_at, \
               COALESCE(SUM(CASE WHEN claimed_until >= ? AND claimed_by <> ? THEN 1 ELSE 0 END), 0) AS claimed, \
               COALESCE(SUM(CASE WHEN claimed_by = ? THEN 1 ELSE 0 END), 0) AS refused FROM outbox";
    let Some(row) = database.query_optional(sql, params![now, REFUSED, REFUSED]).await? else {
        return Ok(Backlog::default());
    };
    Ok(Backlog {
        entries: row.int("entries")?,
        claimed: row.int("claimed")?,
        refused: row.int("refused")?,
        oldest_at: row.opt_int("oldest_at")?,
    })
}

/// Of these documents, those with an entry in the outbox.
pub async fn pending(database: &Database, document_ids: &[String]) -> Result<Vec<String>> {
    let sql = format!(
        "SELECT DISTINCT document_id FROM outbox WHERE document_id IN {}",
        placeholders(document_ids.len())
    );
    database.query(&sql, &values(document_ids)).await?.iter().map(|row| row.text("document_id")).collect()
}

fn numbers(sequences: &[i64]) -> String {
    if sequences.is_empty() {
        return "NULL".to_owned();
    }
    sequences.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
}
