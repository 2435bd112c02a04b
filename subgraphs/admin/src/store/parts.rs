//! Uploads in parts: which have arrived, who joins them, and what becomes of those that nobody needs any more.
//!
//! Whatever changes the parts of an upload changes its row first, so that two who do it come one after the other.

use stores::sql::{Transaction, again};
use stores::{Result, params};

use super::Store;
use super::uploads::GRACE;

/// A part that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Where it is.
    pub blob_key: String,
    /// Where it begins in the whole.
    pub first_byte: i64,
    /// Its size.
    pub size: i64,
}

/// How many uploads one sweep looks at.
const BATCH: i64 = 200;

impl Store {
    /// The parts of an upload, in order.
    pub async fn parts(&self, upload_id: &str) -> Result<Vec<Part>> {
        let sql =
            "SELECT blob_key, first_byte, size FROM upload_parts WHERE upload_id = ? ORDER BY first_byte";
        let rows = self.database.query(sql, params![upload_id]).await?;
        let part = |row: &stores::sql::Row| {
            Ok(Part {
                blob_key: row.text("blob_key")?,
                first_byte: row.int("first_byte")?,
                size: row.int("size")?,
            })
        };
        rows.iter().map(part).collect()
    }

    /// Notes a part, unless the next byte is another one by now, or the upload has its content. Then it is `false`.
    pub async fn add_part(&self, upload_id: &str, part: &Part) -> Result<bool> {
        again(|| self.try_to_add_part(upload_id, part)).await
    }

    async fn try_to_add_part(&self, upload_id: &str, part: &Part) -> Result<bool> {
        let mut transaction = self.database.begin().await?;
        let advance =
            "UPDATE uploads SET received_bytes = ? WHERE id = ? AND state = 'open' AND received_bytes = ?";
        let args = params![part.first_byte + part.size, upload_id, part.first_byte];
        if transaction.execute(advance, args).await? == 0 {
            return Ok(false);
        }
        self.keep_blob(&mut transaction, &part.blob_key).await?;
        let sql = "INSERT INTO upload_parts (upload_id, first_byte, size, blob_key) VALUES (?, ?, ?, ?)";
        transaction.execute(sql, params![upload_id, part.first_byte, part.size, &part.blob_key]).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Notes how many bytes there will be; `false` when something else was noted before, or more are there.
    pub async fn declare_length(&self, upload_id: &str, total: i64) -> Result<bool> {
        let sql = "UPDATE uploads SET total_bytes = ? WHERE id = ? AND (total_bytes IS NULL OR total_bytes = ?) \
            AND received_bytes <= ?";
        Ok(self.database.execute(sql, params![total, upload_id, total, total]).await? == 1)
    }

    /// Whether the caller is to join the parts, until `until`. Nobody is when some are missing or another one is at it.
    pub async fn claim_joining(&self, upload_id: &str, until: i64) -> Result<bool> {
        let sql = "UPDATE uploads SET joining_until = ? WHERE id = ? AND state = 'open' AND received_bytes = total_bytes \
            AND (joining_until IS NULL OR joining_until < ?)";
        Ok(self.database.execute(sql, params![until, upload_id, self.now()]).await? == 1)
    }

    /// Moves the end of a joining: on while it goes on, to nothing when it failed.
    pub async fn renew_joining(&self, upload_id: &str, until: Option<i64>) -> Result<()> {
        let sql = "UPDATE uploads SET joining_until = ? WHERE id = ? AND joining_until IS NOT NULL";
        self.database.execute(sql, params![until, upload_id]).await.map(|_| ())
    }

    /// Inside a transaction that has changed the upload's row: its parts are to be removed.
    pub(super) async fn release_parts(&self, transaction: &mut Transaction, upload_id: &str) -> Result<u64> {
        let announce = "INSERT INTO pending_blobs (blob_key, created_at, removing) \
            SELECT blob_key, ?, 1 FROM upload_parts WHERE upload_id = ?";
        transaction.execute(announce, params![self.now(), upload_id]).await?;
        transaction.execute("DELETE FROM upload_parts WHERE upload_id = ?", params![upload_id]).await
    }

    /// Gives the parts of uploads that ended without a content to the sweep of contents. Returns how many.
    pub async fn sweep_parts(&self) -> Result<u64> {
        let sql =
            "SELECT id FROM uploads WHERE expires_at < ? AND received_bytes > 0 AND state = 'open' LIMIT ?";
        let rows = self.database.query(sql, params![self.now() - GRACE, BATCH]).await?;
        let mut released = 0;
        for row in &rows {
            let id = row.text("id")?;
            released += again(|| self.give_up_parts(&id)).await?;
        }
        Ok(released)
    }

    async fn give_up_parts(&self, upload_id: &str) -> Result<u64> {
        let mut transaction = self.database.begin().await?;
        let begin_anew = "UPDATE uploads SET received_bytes = 0 WHERE id = ? AND state = 'open'";
        let released = match transaction.execute(begin_anew, params![upload_id]).await? {
            1 => self.release_parts(&mut transaction, upload_id).await?,
            _ => 0,
        };
        transaction.commit().await?;
        Ok(released)
    }
}
