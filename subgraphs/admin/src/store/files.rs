//! Files and folders of the NAS: names, places and the recycle bin. Contents are in `blobs.rs`.

use std::collections::HashMap;

use service::{Created, Creation};
use stores::sql::{NewRow, Row, Transaction, Value, again, placeholders};
use stores::{Result, StoreError, params};

use super::Store;
use super::pages::{Paging, Window};

/// The folder that everything is in; it has no row.
pub const ROOT: &str = "root";

/// Folders are created under idempotency keys.
pub const FOLDERS: Created = Created { table: "nas_files", by: "created_by" };

/// What every change of the tree holds (`Transaction::lock`): whether a folder stands, is empty or lies inside another is
/// written in many rows.
pub(super) const TREE: &str = "files";

/// Folders may be nested this deeply.
const MAX_DEPTH: usize = 64;

/// How many ids one statement names.
const CHUNK: usize = 400;

/// A file or folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// Its id.
    pub id: String,
    /// The folder it is in.
    pub parent_id: String,
    /// Its name.
    pub name: String,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// Bytes; 0 for folders.
    pub size: i64,
    /// What it is, told from its content.
    pub media_type: Option<String>,
    /// SHA-256 of its content, in hex.
    pub sha256: Option<String>,
    /// Where its content is on the NAS.
    pub blob_key: Option<String>,
    /// Whether it is the original of a crawled document.
    pub is_original: bool,
    /// When it went to the recycle bin.
    pub deleted_at: Option<i64>,
    /// What was deleted when it went there: itself, or a folder above it.
    pub deleted_with: Option<String>,
    /// Whether it is being removed for good.
    pub purging: bool,
    /// Who put it there.
    pub created_by: Option<String>,
    /// When it came.
    pub created_at: i64,
    /// When it changed last.
    pub updated_at: i64,
}

impl File {
    /// Its key in the order of its folder.
    pub fn sort_key(&self) -> String {
        format!("{}{}", if self.is_folder { '0' } else { '1' }, self.name)
    }

    fn place(&self) -> Option<String> {
        self.deleted_at.is_none().then(|| format!("{}/{}", self.parent_id, self.name))
    }
}

/// Why a file or folder was not created, moved, deleted or restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// There is no such file.
    NoFile,
    /// There is no such folder.
    NoFolder,
    /// The folder has something of that name.
    NameTaken,
    /// A folder cannot be moved into itself, nor nested so deeply.
    TooDeep,
}

/// What a change of the tree comes to.
pub type Changed<T> = Result<std::result::Result<T, Refused>>;

/// How much is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Files in folders.
    pub files: i64,
    /// Their bytes.
    pub bytes: i64,
    /// Folders.
    pub folders: i64,
    /// Files in the recycle bin.
    pub deleted_files: i64,
    /// Their bytes.
    pub deleted_bytes: i64,
}

const COLUMNS: [&str; 17] = [
    "id",
    "parent_id",
    "name",
    "sort_key",
    "is_folder",
    "size",
    "media_type",
    "sha256",
    "blob_key",
    "is_original",
    "place",
    "deleted_at",
    "deleted_with",
    "purging",
    "created_by",
    "created_at",
    "updated_at",
];

fn read(row: &Row) -> Result<File> {
    Ok(File {
        id: row.text("id")?,
        parent_id: row.text("parent_id")?,
        name: row.text("name")?,
        is_folder: row.boolean("is_folder")?,
        size: row.int("size")?,
        media_type: row.opt_text("media_type")?,
        sha256: row.opt_text("sha256")?,
        blob_key: row.opt_text("blob_key")?,
        is_original: row.boolean("is_original")?,
        deleted_at: row.opt_int("deleted_at")?,
        deleted_with: row.opt_text("deleted_with")?,
        purging: row.boolean("purging")?,
        created_by: row.opt_text("created_by")?,
        created_at: row.int("created_at")?,
        updated_at: row.int("updated_at")?,
    })
}

fn values(file: &File) -> Vec<Value> {
    params![
        &file.id,
        &file.parent_id,
        &file.name,
        file.sort_key(),
        file.is_folder,
        file.size,
        file.media_type.clone(),
        file.sha256.clone(),
        file.blob_key.clone(),
        file.is_original,
        file.place(),
        file.deleted_at,
        file.deleted_with.clone(),
        file.purging,
        file.created_by.clone(),
        file.created_at,
        file.updated_at,
    ]
    .to_vec()
}

fn in_folder() -> Paging {
    let filter = ("place IS NOT NULL".to_owned(), Vec::new());
    Paging { table: "nas_files", parent: "parent_id", filter, key: "sort_key", descending: false }
}

/// Turns the refusal of a second file of the same name into data.
fn unless_taken<T>(result: Result<T>) -> Changed<T> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(StoreError::AlreadyExists { .. }) => Ok(Err(Refused::NameTaken)),
        Err(other) => Err(other),
    }
}

impl Store {
    /// Files and folders by their ids, those in the recycle bin included.
    pub async fn files_by_id(&self, ids: &[String]) -> Result<HashMap<String, File>> {
        let sql = format!("SELECT * FROM nas_files WHERE purging = 0 AND id IN {}", placeholders(ids.len()));
        let args: Vec<Value> = ids.iter().map(Value::from).collect();
        let rows = self.database.query(&sql, &args).await?;
        rows.iter().map(|row| read(row).map(|file| (file.id.clone(), file))).collect()
    }

    /// The file with this id, whatever its state.
    pub async fn file(&self, id: &str) -> Result<Option<File>> {
        let sql = "SELECT * FROM nas_files WHERE id = ?";
        self.database.query_optional(sql, params![id]).await?.as_ref().map(read).transpose()
    }

    /// A page of what is in each folder: folders first, then by name.
    pub async fn files_in(
        &self,
        folders: &[String],
        window: Window<'_>,
    ) -> Result<HashMap<String, Vec<File>>> {
        in_folder().pages(&self.database, folders, window, read).await
    }

    /// How much is in each folder.
    pub async fn count_files_in(&self, folders: &[String]) -> Result<HashMap<String, i64>> {
        in_folder().counts(&self.database, folders).await
    }

    /// A page of what was deleted, the latest first, after the one that `after` (deleted at, id) names.
    pub async fn bin_page(&self, after: Option<&(i64, String)>, limit: i64) -> Result<Vec<File>> {
        let mut sql = "SELECT * FROM nas_files WHERE deleted_with = id AND purging = 0".to_owned();
        let mut args = Vec::new();
        if let Some((at, id)) = after {
            sql.push_str(" AND (deleted_at < ? OR (deleted_at = ? AND id < ?))");
            args.extend([Value::from(*at), Value::from(*at), Value::from(id)]);
        }
        sql.push_str(" ORDER BY deleted_at DESC, id DESC LIMIT ?");
        args.push(limit.into());
        self.database.query(&sql, &args).await?.iter().map(read).collect()
    }

    /// How many things were deleted.
    pub async fn count_bin(&self) -> Result<i64> {
        let sql = "SELECT COUNT(*) AS n FROM nas_files WHERE deleted_with = id AND purging = 0";
        self.database.query_optional(sql, &[]).await?.map_or(Ok(0), |row| row.int("n"))
    }

    /// How much is stored.
    pub async fn usage(&self) -> Result<Usage> {
        let sql = "SELECT is_folder, CASE WHEN place IS NULL THEN 1 ELSE 0 END AS deleted, COUNT(*) AS n, SUM(size) AS bytes \
            FROM nas_files WHERE purging = 0 GROUP BY is_folder, CASE WHEN place IS NULL THEN 1 ELSE 0 END";
        let mut usage = Usage::default();
        for row in self.database.query(sql, &[]).await? {
            let (count, bytes) = (row.int("n")?, row.opt_int("bytes")?.unwrap_or(0));
            match (row.boolean("is_folder")?, row.boolean("deleted")?) {
                (true, false) => usage.folders = count,
                (false, false) => (usage.files, usage.bytes) = (count, bytes),
                (false, true) => (usage.deleted_files, usage.deleted_bytes) = (count, bytes),
                (true, true) => {}
            }
        }
        Ok(usage)
    }

    /// Puts a new folder into its folder; `NameTaken` also when the same request has made one.
    pub async fn add_folder(&self, folder: &File, creation: &Creation) -> Changed<()> {
        again(|| self.try_to_add_folder(folder, creation)).await
    }

    async fn try_to_add_folder(&self, folder: &File, creation: &Creation) -> Changed<()> {
        let mut transaction = self.database.begin().await?;
        if let Err(refused) = self.add_file_in(&mut transaction, folder).await? {
            return Ok(Err(refused));
        }
        if let Err(refused) = unless_taken(creation.note(&mut transaction, &folder.id).await)? {
            return Ok(Err(refused));
        }
        transaction.commit().await.map(Ok)
    }

    /// Inside a transaction: puts a new file or folder into its folder.
    pub async fn add_file_in(&self, transaction: &mut Transaction, file: &File) -> Changed<()> {
        transaction.lock(TREE).await?;
        if let Err(refused) = folder_depth(transaction, &file.parent_id, None).await? {
            return Ok(Err(refused));
        }
        let sql =
            format!("INSERT INTO nas_files ({}) VALUES {}", COLUMNS.join(", "), placeholders(COLUMNS.len()));
        unless_taken(transaction.execute(&sql, &values(file)).await.map(|_| ()))
    }

    /// Inside a transaction: writes a file as it is, new or not. `Unavailable` while it is being removed for good.
    pub async fn save_file(&self, transaction: &mut Transaction, file: &File) -> Result<()> {
        transaction.lock(TREE).await?;
        let purging = "SELECT id FROM nas_files WHERE id = ? AND purging = 1";
        if transaction.query_optional(purging, params![&file.id]).await?.is_some() {
            let detail = "the file is just being removed for good".to_owned();
            return Err(StoreError::Unavailable { store: "nas".to_owned(), detail });
        }
        let row = NewRow { table: "nas_files", columns: &COLUMNS, values: &values(file) };
        transaction.upsert(&row, &["id"], &COLUMNS[1..]).await
    }

    /// The folder of this name in a folder, made if it is not there.
    pub async fn ensure_folder(&self, parent_id: &str, name: &str) -> Result<String> {
        let now = self.now();
        let folder = File {
            id: super::new_id(),
            parent_id: parent_id.to_owned(),
            name: name.to_owned(),
            is_folder: true,
            created_at: now,
            updated_at: now,
            ..File::default()
        };
        let row = NewRow { table: "nas_files", columns: &COLUMNS, values: &values(&folder) };
        self.database.insert_or_ignore(&row).await?;
        let found = "SELECT id FROM nas_files WHERE place = ?";
        let row = self.database.query_optional(found, params![folder.place()]).await?;
        row.ok_or_else(|| StoreError::Internal("a folder vanished while it was made".to_owned()))?.text("id")
    }

    /// Moves or renames what stands in a folder.
    pub async fn move_file(&self, id: &str, parent_id: Option<&str>, name: Option<&str>) -> Changed<File> {
        again(|| self.try_to_move_file(id, parent_id, name)).await
    }

    async fn try_to_move_file(&self, id: &str, parent_id: Option<&str>, name: Option<&str>) -> Changed<File> {
        let mut transaction = self.database.begin().await?;
        transaction.lock(TREE).await?;
        let sql = "SELECT * FROM nas_files WHERE id = ? AND place IS NOT NULL";
        let Some(row) = transaction.query_optional(sql, params![id]).await? else {
            return Ok(Err(Refused::NoFile));
        };
        let mut file = read(&row)?;
        if let Some(parent) = parent_id {
            if let Err(refused) = folder_depth(&mut transaction, parent, Some(id)).await? {
                return Ok(Err(refused));
            }
            file.parent_id = parent.to_owned();
        }
        file.name = name.map_or(file.name, str::to_owned);
        file.updated_at = self.now();
        if let Err(refused) = unless_taken(place(&mut transaction, &file).await)? {
            return Ok(Err(refused));
        }
        transaction.commit().await?;
        Ok(Ok(file))
    }

    /// Moves a file, or a folder with all in it, to the recycle bin.
    pub async fn delete_file(&self, id: &str) -> Changed<File> {
        again(|| self.try_to_delete_file(id)).await
    }

    async fn try_to_delete_file(&self, id: &str) -> Changed<File> {
        let mut transaction = self.database.begin().await?;
        transaction.lock(TREE).await?;
        let tree = "WITH RECURSIVE tree (id) AS (SELECT id FROM nas_files WHERE id = ? AND place IS NOT NULL UNION ALL \
            SELECT f.id FROM nas_files f JOIN tree t ON f.parent_id = t.id WHERE f.place IS NOT NULL) SELECT id FROM tree";
        let rows = transaction.query(tree, params![id]).await?;
        let ids = rows.iter().map(|row| row.text("id")).collect::<Result<Vec<_>>>()?;
        if ids.is_empty() {
            return Ok(Err(Refused::NoFile));
        }
        let now = self.now();
        for chunk in ids.chunks(CHUNK) {
            let sql = format!(
                "UPDATE nas_files SET place = NULL, deleted_at = ?, deleted_with = ? WHERE id IN {}",
                placeholders(chunk.len())
            );
            let mut args = params![now, id].to_vec();
            args.extend(chunk.iter().map(Value::from));
            transaction.execute(&sql, &args).await?;
        }
        let file = reread(&mut transaction, id).await?;
        transaction.commit().await?;
        Ok(file.ok_or(Refused::NoFile))
    }

    /// Takes what was deleted back out of the recycle bin, into `parent_id` or the folder it was in, under `name` or its own.
    pub async fn restore_file(&self, id: &str, parent_id: Option<&str>, name: Option<&str>) -> Changed<File> {
        again(|| self.try_to_restore_file(id, parent_id, name)).await
    }

    async fn try_to_restore_file(
        &self,
        id: &str,
        parent_id: Option<&str>,
        name: Option<&str>,
    ) -> Changed<File> {
        let mut transaction = self.database.begin().await?;
        transaction.lock(TREE).await?;
        let sql = "SELECT * FROM nas_files WHERE id = ? AND deleted_with = id AND purging = 0";
        let Some(row) = transaction.query_optional(sql, params![id]).await? else {
            return Ok(Err(Refused::NoFile));
        };
        let mut file = read(&row)?;
        file.parent_id = parent_id.map_or(file.parent_id, str::to_owned);
        file.name = name.map_or(file.name, str::to_owned);
        file.updated_at = self.now();
        if let Err(refused) = folder_depth(&mut transaction, &file.parent_id, Some(id)).await? {
            return Ok(Err(refused));
        }
        let below = "UPDATE nas_files SET place = parent_id || '/' || name, deleted_at = NULL, deleted_with = NULL \
            WHERE deleted_with = ? AND id <> ?";
        transaction.execute(below, params![id, id]).await?;
        if let Err(refused) = unless_taken(place(&mut transaction, &file).await)? {
            return Ok(Err(refused));
        }
        let file = reread(&mut transaction, id).await?;
        transaction.commit().await?;
        Ok(file.ok_or(Refused::NoFile))
    }
}

/// Writes the folder and name of a file, and that it stands there.
async fn place(transaction: &mut Transaction, file: &File) -> Result<()> {
    let sql = "UPDATE nas_files SET parent_id = ?, name = ?, sort_key = ?, place = ?, deleted_at = NULL, deleted_with = NULL, \
        updated_at = ? WHERE id = ?";
    let place = format!("{}/{}", file.parent_id, file.name);
    let args = params![&file.parent_id, &file.name, file.sort_key(), place, file.updated_at, &file.id];
    transaction.execute(sql, args).await.map(|_| ())
}

async fn reread(transaction: &mut Transaction, id: &str) -> Result<Option<File>> {
    transaction
        .query_optional("SELECT * FROM nas_files WHERE id = ?", params![id])
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// Checks that a folder stands, is not nested too deeply, and is not inside `moved`.
async fn folder_depth(transaction: &mut Transaction, folder: &str, moved: Option<&str>) -> Changed<usize> {
    let sql = "SELECT parent_id FROM nas_files WHERE id = ? AND is_folder = 1 AND place IS NOT NULL";
    let mut at = folder.to_owned();
    for depth in 0..MAX_DEPTH {
        if at == ROOT {
            return Ok(Ok(depth));
        }
        if moved == Some(at.as_str()) {
            return Ok(Err(Refused::TooDeep));
        }
        let Some(row) = transaction.query_optional(sql, params![&at]).await? else {
            return Ok(Err(Refused::NoFolder));
        };
        at = row.text("parent_id")?;
    }
    Ok(Err(Refused::TooDeep))
}
