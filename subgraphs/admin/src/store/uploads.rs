//! Uploads: a ticket, the content received for it, the file it becomes.

use stores::sql::Row;
use stores::{Result, params};

use super::files::{Changed, File};
use super::{Store, names};

/// Where an upload stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadState {
    /// Waiting for the content.
    Open,
    /// The content is there and waits to be confirmed.
    Received,
    /// It is a file.
    Completed,
}

names!(UploadState { Open = "open", Received = "received", Completed = "completed" });

/// A ticket for one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its id.
    pub id: String,
    /// The folder of the file.
    pub parent_id: String,
    /// The name of the file.
    pub name: String,
    /// The most bytes that are taken.
    pub max_bytes: i64,
    /// Until when.
    pub expires_at: i64,
    /// Where it stands.
    pub state: UploadState,
    /// Where the content is.
    pub blob_key: Option<String>,
    /// Its size.
    pub size: Option<i64>,
    /// Its SHA-256, in hex.
    pub sha256: Option<String>,
    /// What it is, told from its first bytes.
    pub media_type: Option<String>,
    /// The file it became.
    pub file_id: Option<String>,
    /// Who uploads.
    pub created_by: Option<String>,
    /// Since when.
    pub created_at: i64,
}

/// A content that arrived.
#[derive(Clone, Debug)]
pub struct Received {
    /// Where it is.
    pub blob_key: String,
    /// Its size.
    pub size: i64,
    /// Its SHA-256, in hex.
    pub sha256: String,
    /// What it is.
    pub media_type: &'static str,
}

fn read(row: &Row) -> Result<Upload> {
    Ok(Upload {
        id: row.text("id")?,
        parent_id: row.text("parent_id")?,
        name: row.text("name")?,
        max_bytes: row.int("max_bytes")?,
        expires_at: row.int("expires_at")?,
        state: UploadState::from_name(&row.text("state")?)?,
        blob_key: row.opt_text("blob_key")?,
        size: row.opt_int("size")?,
        sha256: row.opt_text("sha256")?,
        media_type: row.opt_text("media_type")?,
        file_id: row.opt_text("file_id")?,
        created_by: row.opt_text("created_by")?,
        created_at: row.int("created_at")?,
    })
}

impl Store {
    /// Writes a new ticket.
    pub async fn add_upload(&self, upload: &Upload) -> Result<()> {
        let sql = "INSERT INTO uploads (id, parent_id, name, max_bytes, expires_at, state, created_by, created_at) \
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
        let args = params![
            &upload.id,
            &upload.parent_id,
            &upload.name,
            upload.max_bytes,
            upload.expires_at,
            upload.state.name(),
            upload.created_by.clone(),
            upload.created_at,
        ];
        self.database.execute(sql, args).await.map(|_| ())
    }

    /// The ticket with this id.
    pub async fn upload(&self, id: &str) -> Result<Option<Upload>> {
        let sql = "SELECT * FROM uploads WHERE id = ?";
        self.database.query_optional(sql, params![id]).await?.as_ref().map(read).transpose()
    }

    /// Notes the content that arrived; it replaces one that arrived before. `false` when the upload is completed or gone.
    pub async fn receive_upload(&self, id: &str, received: &Received) -> Result<bool> {
        let before = self.upload(id).await?.and_then(|upload| upload.blob_key);
        let sql = "UPDATE uploads SET state = 'received', blob_key = ?, size = ?, sha256 = ?, media_type = ? \
            WHERE id = ? AND state IN ('open', 'received')";
        let args = params![&received.blob_key, received.size, &received.sha256, received.media_type, id];
        let noted = self.database.execute(sql, args).await? == 1;
        if let (true, Some(before)) = (noted, before) {
            self.drop_blob(&before).await?;
        }
        Ok(noted)
    }

    /// Makes the content that arrived a file. Whoever is first makes it; `upload` is what was read before.
    pub async fn complete_upload(&self, upload: &Upload, file: &File) -> Changed<bool> {
        let mut transaction = self.database.begin().await?;
        let sql = "UPDATE uploads SET state = 'completed', file_id = ? WHERE id = ? AND state = 'received' AND blob_key = ?";
        if transaction.execute(sql, params![&file.id, &upload.id, file.blob_key.clone()]).await? == 0 {
            return Ok(Ok(false));
        }
        if let Some(key) = &file.blob_key {
            self.keep_blob(&mut transaction, key).await?;
        }
        if let Err(refused) = self.add_file_in(&mut transaction, file).await? {
            return Ok(Err(refused));
        }
        transaction.commit().await?;
        Ok(Ok(true))
    }

    /// Forgets tickets that ended more than a day ago; their contents, if any, are removed as pending ones.
    pub async fn sweep_uploads(&self) -> Result<u64> {
        let cutoff = self.now() - 86_400_000_000;
        self.database.execute("DELETE FROM uploads WHERE expires_at < ?", params![cutoff]).await
    }
}
