//! Personal API keys.

use service::{Created, Creation};
use stores::sql::{Row, Value, again, placeholders};
use stores::{Result, params};

use super::{Slice, Store};

/// An API key as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKeyRow {
    /// UUIDv7.
    pub id: String,
    /// Whose it is.
    pub user_id: String,
    /// What its owner calls it.
    pub name: String,
    /// Its first characters.
    pub hint: String,
    /// When it was made.
    pub created_at: i64,
    /// When it ends, if ever.
    pub expires_at: Option<i64>,
    /// When it was last exchanged for a token.
    pub last_used_at: Option<i64>,
}

/// API keys are created under idempotency keys of their owners.
pub const API_KEYS: Created = Created { table: "api_keys", by: "user_id" };

const COLUMNS: &str = "k.id, k.user_id, k.name, k.hint, k.created_at, k.expires_at, k.last_used_at";
const USABLE: &str = "k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > ?)";

fn api_key(row: Row) -> Result<ApiKeyRow> {
    Ok(ApiKeyRow {
        id: row.text("id")?,
        user_id: row.text("user_id")?,
        name: row.text("name")?,
        hint: row.text("hint")?,
        created_at: row.int("created_at")?,
        expires_at: row.opt_int("expires_at")?,
        last_used_at: row.opt_int("last_used_at")?,
    })
}

impl Store {
    /// Adds a key by its hash, unless its owner has `most` already; tells whether it did. `AlreadyExists` if the request has
    /// been carried out.
    pub async fn add_api_key(
        &self,
        key: &ApiKeyRow,
        hash: &str,
        most: i64,
        creation: &Creation,
    ) -> Result<bool> {
        again(|| self.try_to_add_api_key(key, hash, most, creation)).await
    }

    async fn try_to_add_api_key(
        &self,
        key: &ApiKeyRow,
        hash: &str,
        most: i64,
        creation: &Creation,
    ) -> Result<bool> {
        let mut transaction = self.db.begin().await?;
        let owner = format!("SELECT id FROM users WHERE id = ?{}", self.db.dialect().for_update());
        transaction.query_optional(&owner, params![&key.user_id]).await?;
        let sql = format!("SELECT COUNT(*) AS present FROM api_keys k WHERE k.user_id = ? AND {USABLE}");
        let present = transaction.query_optional(&sql, params![&key.user_id, key.created_at]).await?;
        if present.map_or(Ok(0), |row| row.int("present"))? >= most {
            return Ok(false);
        }
        let sql = "INSERT INTO api_keys (id, user_id, name, key_hash, hint, created_at, expires_at) \
                   VALUES (?, ?, ?, ?, ?, ?, ?)";
        let args = params![&key.id, &key.user_id, &key.name, hash, &key.hint, key.created_at, key.expires_at];
        transaction.execute(sql, args).await?;
        creation.note(&mut transaction, &key.id).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// The usable keys of each of these users, newest first.
    pub async fn api_keys_of(&self, users: &[String], slice: &Slice, now: i64) -> Result<Vec<ApiKeyRow>> {
        let sql = format!(
            "SELECT k.* FROM (SELECT {COLUMNS}, ROW_NUMBER() OVER (PARTITION BY k.user_id ORDER BY k.id DESC) AS place \
             FROM api_keys k WHERE k.user_id IN {} AND {USABLE} AND (? IS NULL OR k.id < ?)) k \
             WHERE k.place <= ? ORDER BY k.user_id, k.id DESC",
            placeholders(users.len())
        );
        let mut args: Vec<Value> = users.iter().map(Value::from).collect();
        let after = Value::from(slice.after.clone());
        args.extend([Value::from(now), after.clone(), after, Value::from(slice.limit)]);
        self.db.query(&sql, &args).await?.into_iter().map(api_key).collect()
    }

    /// The usable key of that hash.
    pub async fn api_key_by_hash(&self, hash: &str, now: i64) -> Result<Option<ApiKeyRow>> {
        let sql = format!("SELECT {COLUMNS} FROM api_keys k WHERE k.key_hash = ? AND {USABLE}");
        self.db.query_optional(&sql, params![hash, now]).await?.map(api_key).transpose()
    }

    /// The usable key of that id.
    pub async fn api_key(&self, id: &str, now: i64) -> Result<Option<ApiKeyRow>> {
        let sql = format!("SELECT {COLUMNS} FROM api_keys k WHERE k.id = ? AND {USABLE}");
        self.db.query_optional(&sql, params![id, now]).await?.map(api_key).transpose()
    }

    /// The key of that id, whether or not it can still be used.
    pub async fn any_api_key(&self, id: &str) -> Result<Option<ApiKeyRow>> {
        let sql = format!("SELECT {COLUMNS} FROM api_keys k WHERE k.id = ?");
        self.db.query_optional(&sql, params![id]).await?.map(api_key).transpose()
    }

    /// Notes that a key was used.
    pub async fn note_api_key_use(&self, id: &str, now: i64) -> Result<()> {
        self.db.execute("UPDATE api_keys SET last_used_at = ? WHERE id = ?", params![now, id]).await.map(drop)
    }

    /// Revokes a key; 0 if it was revoked already.
    pub async fn revoke_api_key(&self, id: &str, now: i64) -> Result<u64> {
        let sql = "UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL";
        self.db.execute(sql, params![now, id]).await
    }

    /// Revokes all keys of a user.
    pub async fn revoke_api_keys_of(&self, user: &str, now: i64) -> Result<u64> {
        let sql = "UPDATE api_keys SET revoked_at = ? WHERE user_id = ? AND revoked_at IS NULL";
        self.db.execute(sql, params![now, user]).await
    }
}
