//! Uploads: a ticket, the content received for it, the file it becomes.

use service::{Created, Creation};
use stores::sql::{Row, again};
use stores::{Result, StoreError, params};

use super::files::{Changed, File};
use super::{Store, names};

/// Tickets are created under idempotency keys.
pub const UPLOADS: Created = Created { table: "uploads", by: "created_by" };

/// A content that arrived in time may be confirmed a little later.
pub const GRACE: i64 = 600 * 1_000_000;

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
    /// How many bytes there will be, once that is known.
    pub total_bytes: Option<i64>,
    /// How many have arrived in parts.
    pub received_bytes: i64,
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

impl Upload {
    /// The next byte that is taken.
    pub fn offset(&self) -> i64 {
        match self.state {
            UploadState::Open => self.received_bytes,
            UploadState::Received | UploadState::Completed => self.size.unwrap_or_default(),
        }
    }

    /// How many bytes are still taken.
    pub fn bytes_left(&self) -> u64 {
        let end = match self.state {
            UploadState::Open => self.total_bytes.unwrap_or(self.max_bytes),
            UploadState::Received | UploadState::Completed => self.offset(),
        };
        u64::try_from(end - self.offset()).unwrap_or_default()
    }

    /// Whether all parts are there, but not yet joined.
    pub fn has_all_parts(&self) -> bool {
        self.state == UploadState::Open && self.total_bytes == Some(self.received_bytes)
    }
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
        total_bytes: row.opt_int("total_bytes")?,
        received_bytes: row.int("received_bytes")?,
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
    /// Writes a new ticket; `AlreadyExists` when the same request has made one.
    pub async fn add_upload(&self, upload: &Upload, creation: &Creation) -> Result<()> {
        again(|| self.try_to_add_upload(upload, creation)).await
    }

    async fn try_to_add_upload(&self, upload: &Upload, creation: &Creation) -> Result<()> {
        let mut transaction = self.database.begin().await?;
        let sql = "INSERT INTO uploads (id, parent_id, name, max_bytes, total_bytes, expires_at, state, created_by, \
            created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
        let args = params![
            &upload.id,
            &upload.parent_id,
            &upload.name,
            upload.max_bytes,
            upload.total_bytes,
            upload.expires_at,
            upload.state.name(),
            upload.created_by.clone(),
            upload.created_at,
        ];
        transaction.execute(sql, args).await?;
        creation.note(&mut transaction, &upload.id).await?;
        transaction.commit().await
    }

    /// The ticket with this id.
    pub async fn upload(&self, id: &str) -> Result<Option<Upload>> {
        let sql = "SELECT * FROM uploads WHERE id = ?";
        self.database.query_optional(sql, params![id]).await?.as_ref().map(read).transpose()
    }

    /// Notes the content that arrived whole; it replaces one that arrived before. `false` when the upload is completed or gone.
    pub async fn receive_upload(&self, id: &str, received: &Received) -> Result<bool> {
        again(|| self.note_content(id, received, "state IN ('open', 'received')")).await
    }

    /// Notes the content that its parts were joined to. `false` when one arrived otherwise meanwhile.
    pub async fn join_upload(&self, id: &str, received: &Received) -> Result<bool> {
        again(|| self.note_content(id, received, "state = 'open'")).await
    }

    async fn note_content(&self, id: &str, received: &Received, states: &str) -> Result<bool> {
        let mut transaction = self.database.begin().await?;
        let before = "SELECT blob_key FROM uploads WHERE id = ?";
        let before = transaction.query_optional(before, params![id]).await?;
        let sql = format!(
            "UPDATE uploads SET state = 'received', blob_key = ?, size = ?, sha256 = ?, media_type = ?, received_bytes = 0, \
            joining_until = NULL WHERE id = ? AND {states}"
        );
        let args = params![&received.blob_key, received.size, &received.sha256, received.media_type, id];
        if transaction.execute(&sql, args).await? == 0 {
            return Ok(false);
        }
        self.release_parts(&mut transaction, id).await?;
        transaction.commit().await?;
        if let Some(before) = before.map(|row| row.opt_text("blob_key")).transpose()?.flatten() {
            self.drop_blob(&before).await?;
        }
        Ok(true)
    }

    /// Makes the content that arrived a file. Whoever is first makes it; `upload` is what was read before. `false` when
    /// another one was first, or the content waited for so long that it was swept.
    pub async fn complete_upload(&self, upload: &Upload, file: &File) -> Changed<bool> {
        again(|| self.try_to_complete_upload(upload, file)).await
    }

    async fn try_to_complete_upload(&self, upload: &Upload, file: &File) -> Changed<bool> {
        let mut transaction = self.database.begin().await?;
        let sql = "UPDATE uploads SET state = 'completed', file_id = ? WHERE id = ? AND state = 'received' AND blob_key = ?";
        if transaction.execute(sql, params![&file.id, &upload.id, file.blob_key.clone()]).await? == 0 {
            return Ok(Ok(false));
        }
        if let Some(key) = &file.blob_key {
            match self.keep_blob(&mut transaction, key).await {
                Err(StoreError::Interrupted(_)) => return Ok(Ok(false)),
                kept => kept?,
            }
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
        let sql = "DELETE FROM uploads WHERE expires_at < ? AND received_bytes = 0 \
            AND NOT EXISTS (SELECT 1 FROM upload_parts WHERE upload_id = uploads.id)";
        self.database.execute(sql, params![cutoff]).await
    }
}
