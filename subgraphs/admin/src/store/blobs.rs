//! Contents on the NAS under generated keys, and what removes those that no file names.
//!
//! A key is announced in `pending_blobs` before its content is written and taken from there in the transaction that gives it
//! to a file or makes it a part of an upload. So after a kill at any point every content is a file's, a part of an upload that
//! ends some time, or announced, and the sweep finds it.

use bytes::Bytes;
use stores::sql::{Transaction, again};
use stores::{Result, StoreError, params};

use super::Store;
use super::files::TREE;

/// Announced contents older than this are removed; no write takes nearly as long.
pub const PENDING_FOR: i64 = 2 * 3_600 * 1_000_000;

/// How many are removed at a time.
const BATCH: i64 = 200;

impl Store {
    /// Announces a new content and gives its key.
    pub async fn announce_blob(&self) -> Result<String> {
        let name = uuid::Uuid::new_v4().simple().to_string();
        let key = format!("blobs/{}/{}/{name}", &name[..2], &name[2..4]);
        let sql = "INSERT INTO pending_blobs (blob_key, created_at) VALUES (?, ?)";
        self.database.execute(sql, params![&key, self.now()]).await?;
        Ok(key)
    }

    /// Writes a small content under a new key.
    pub async fn write_blob(&self, body: Bytes) -> Result<String> {
        let key = self.announce_blob().await?;
        self.files.write_bytes(&key, body).await?;
        Ok(key)
    }

    /// Inside the transaction that gives the content to a file: it is no longer pending. Fails when the sweep was faster.
    pub async fn keep_blob(&self, transaction: &mut Transaction, key: &str) -> Result<()> {
        let sql = "DELETE FROM pending_blobs WHERE blob_key = ? AND removing = 0";
        match transaction.execute(sql, params![key]).await? {
            1 => Ok(()),
            _ => Err(StoreError::Interrupted("the content was removed before it became a file".to_owned())),
        }
    }

    /// Removes a content that turned out not to be needed.
    pub async fn drop_blob(&self, key: &str) -> Result<()> {
        let claim = "UPDATE pending_blobs SET removing = 1 WHERE blob_key = ?";
        if self.database.execute(claim, params![key]).await? == 1 {
            self.remove_content(key).await?;
            self.database.execute("DELETE FROM pending_blobs WHERE blob_key = ?", params![key]).await?;
        }
        Ok(())
    }

    /// Removes contents that were announced long ago and never became a file. Returns how many.
    pub async fn sweep_pending(&self) -> Result<u64> {
        let cutoff = self.now() - PENDING_FOR;
        let claim = "UPDATE pending_blobs SET removing = 1 WHERE created_at < ?";
        self.database.execute(claim, params![cutoff]).await?;
        let rows = self
            .database
            .query("SELECT blob_key FROM pending_blobs WHERE removing = 1 LIMIT ?", params![BATCH])
            .await?;
        for row in &rows {
            let key = row.text("blob_key")?;
            // Whoever uploaded it and did not confirm it may begin anew.
            let reopen = "UPDATE uploads SET state = 'open', blob_key = NULL, size = NULL, sha256 = NULL, media_type = NULL \
                WHERE blob_key = ? AND state = 'received'";
            self.database.execute(reopen, params![&key]).await?;
            self.remove_content(&key).await?;
            self.database.execute("DELETE FROM pending_blobs WHERE blob_key = ?", params![&key]).await?;
        }
        Ok(rows.len() as u64)
    }

    /// Marks what went to the recycle bin before `cutoff` for removal. Returns how many files and folders.
    pub async fn empty_bin(&self, cutoff: i64) -> Result<u64> {
        again(|| async {
            let mut transaction = self.database.begin().await?;
            transaction.lock(TREE).await?;
            let sql =
                "UPDATE nas_files SET purging = 1 WHERE place IS NULL AND purging = 0 AND deleted_at <= ?";
            let marked = transaction.execute(sql, params![cutoff]).await?;
            transaction.commit().await?;
            Ok(marked)
        })
        .await
    }

    /// Removes what is marked for removal: contents first, so that a kill in between leaves rows that lead back here.
    pub async fn sweep_purged(&self) -> Result<u64> {
        let sql = "SELECT id, blob_key FROM nas_files WHERE purging = 1 LIMIT ?";
        let rows = self.database.query(sql, params![BATCH]).await?;
        for row in &rows {
            if let Some(key) = row.opt_text("blob_key")? {
                self.remove_content(&key).await?;
            }
            self.database
                .execute("DELETE FROM nas_files WHERE id = ? AND purging = 1", params![row.text("id")?])
                .await?;
        }
        Ok(rows.len() as u64)
    }

    async fn remove_content(&self, key: &str) -> Result<()> {
        match self.files.remove(key).await {
            Err(StoreError::NotFound(_)) => Ok(()),
            other => other,
        }
    }
}
