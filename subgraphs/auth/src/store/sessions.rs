//! Sessions: from a sign-in to its end.

use stores::sql::{Row, Value, again, placeholders};
use stores::{Result, params};

use super::refresh::NewToken;
use super::{Slice, Store};

/// A session as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// UUIDv7.
    pub id: String,
    /// Whose it is.
    pub user_id: String,
    /// What the client said it runs on.
    pub device: Option<String>,
    /// When it began.
    pub created_at: i64,
    /// When its tokens were last renewed.
    pub last_used_at: i64,
    /// When it ends at the latest.
    pub expires_at: i64,
}

pub(super) const COLUMNS: &str = "s.id, s.user_id, s.device, s.created_at, s.last_used_at, s.expires_at";

pub(super) fn session(row: Row) -> Result<SessionRow> {
    Ok(SessionRow {
        id: row.text("id")?,
        user_id: row.text("user_id")?,
        device: row.opt_text("device")?,
        created_at: row.int("created_at")?,
        last_used_at: row.int("last_used_at")?,
        expires_at: row.int("expires_at")?,
    })
}

impl Store {
    /// Begins a session with its first refresh token.
    pub async fn begin_session(&self, session: &SessionRow, token: &NewToken) -> Result<()> {
        again(|| self.try_to_begin_session(session, token)).await
    }

    async fn try_to_begin_session(&self, session: &SessionRow, token: &NewToken) -> Result<()> {
        let mut transaction = self.db.begin().await?;
        let sql = "INSERT INTO sessions (id, user_id, device, created_at, last_used_at, expires_at) \
                   VALUES (?, ?, ?, ?, ?, ?)";
        let args = params![
            &session.id,
            &session.user_id,
            session.device.clone(),
            session.created_at,
            session.last_used_at,
            session.expires_at,
        ];
        transaction.execute(sql, args).await?;
        token.insert(&mut transaction, &session.id, session.created_at).await?;
        transaction.commit().await
    }

    /// The open sessions of each of these users, newest first.
    pub async fn sessions_of(&self, users: &[String], slice: &Slice, now: i64) -> Result<Vec<SessionRow>> {
        let sql = format!(
            "SELECT s.* FROM (SELECT {COLUMNS}, ROW_NUMBER() OVER (PARTITION BY s.user_id ORDER BY s.id DESC) AS place \
             FROM sessions s WHERE s.user_id IN {} AND s.ended_at IS NULL AND s.expires_at > ? AND (? IS NULL OR s.id < ?)) s \
             WHERE s.place <= ? ORDER BY s.user_id, s.id DESC",
            placeholders(users.len())
        );
        let mut args: Vec<Value> = users.iter().map(Value::from).collect();
        let after = Value::from(slice.after.clone());
        args.extend([Value::from(now), after.clone(), after, Value::from(slice.limit)]);
        self.db.query(&sql, &args).await?.into_iter().map(session).collect()
    }

    /// Whether a session of this user is still open.
    pub async fn session_is_open(&self, id: &str, user: &str, now: i64) -> Result<bool> {
        let sql = "SELECT 1 AS open FROM sessions WHERE id = ? AND user_id = ? AND ended_at IS NULL AND expires_at > ?";
        Ok(self.db.query_optional(sql, params![id, user, now]).await?.is_some())
    }

    /// The owner of an open session.
    pub async fn session_owner(&self, id: &str, now: i64) -> Result<Option<String>> {
        let sql = "SELECT user_id FROM sessions WHERE id = ? AND ended_at IS NULL AND expires_at > ?";
        let row = self.db.query_optional(sql, params![id, now]).await?;
        row.map(|row| row.text("user_id")).transpose()
    }

    /// Ends one session; 0 if it had ended already.
    pub async fn end_session(&self, id: &str, reason: &str, now: i64) -> Result<u64> {
        let sql = "UPDATE sessions SET ended_at = ?, end_reason = ? WHERE id = ? AND ended_at IS NULL";
        self.db.execute(sql, params![now, reason, id]).await
    }

    /// Ends all sessions of a user but one.
    pub async fn end_sessions(&self, user: &str, keep: Option<&str>, reason: &str, now: i64) -> Result<u64> {
        let sql = "UPDATE sessions SET ended_at = ?, end_reason = ? \
                   WHERE user_id = ? AND id <> ? AND ended_at IS NULL AND expires_at > ?";
        self.db.execute(sql, params![now, reason, user, keep.unwrap_or_default(), now]).await
    }

    /// Removes sessions that ended long ago, with their tokens.
    pub async fn purge_sessions(&self, before: i64) -> Result<u64> {
        self.db
            .execute("DELETE FROM sessions WHERE expires_at < ? OR ended_at < ?", params![before, before])
            .await
    }
}
