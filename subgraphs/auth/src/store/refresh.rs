//! Refresh tokens: each is good once and replaced by the next; a second use ends the session.

use stores::sql::{Transaction, again};
use stores::{Result, params};

use super::Store;
use super::sessions::{COLUMNS, SessionRow, session};

/// A refresh token about to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// UUIDv7.
    pub id: String,
    /// SHA-256 of the token.
    pub hash: String,
    /// When it can no longer be used.
    pub expires_at: i64,
}

/// How a rotation went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// The new token stands in for the old one.
    Rotated(SessionRow),
    /// Unknown, expired, or of a session that ended.
    Invalid,
    /// Used a moment ago, most likely by a second tab.
    JustUsed,
    /// Used before: somebody has a copy. The session is ended.
    Reused(SessionRow),
}

impl NewToken {
    pub(super) async fn insert(&self, transaction: &mut Transaction, session: &str, now: i64) -> Result<()> {
        let sql = "INSERT INTO refresh_tokens (id, session_id, token_hash, created_at, expires_at) \
                   VALUES (?, ?, ?, ?, ?)";
        let args = params![&self.id, session, &self.hash, now, self.expires_at];
        transaction.execute(sql, args).await.map(drop)
    }
}

impl Store {
    /// The open session that a refresh token belongs to.
    pub async fn session_of_token(&self, hash: &str, now: i64) -> Result<Option<SessionRow>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id \
             WHERE t.token_hash = ? AND s.ended_at IS NULL AND s.expires_at > ?"
        );
        self.db.query_optional(&sql, params![hash, now]).await?.map(session).transpose()
    }

    /// Replaces the token of this hash by `next`. The conditional update lets exactly one of many concurrent uses through.
    pub async fn rotate(&self, hash: &str, next: &NewToken, grace: i64, now: i64) -> Result<Rotation> {
        again(|| self.try_to_rotate(hash, next, grace, now)).await
    }

    /// Token and session are locked: a session that is being ended meanwhile is not gone on with.
    async fn try_to_rotate(&self, hash: &str, next: &NewToken, grace: i64, now: i64) -> Result<Rotation> {
        let mut transaction = self.db.begin().await?;
        let sql = format!(
            "SELECT {COLUMNS}, t.id AS token_id, t.used_at, t.expires_at AS token_expires_at \
             FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id \
             WHERE t.token_hash = ? AND s.ended_at IS NULL AND s.expires_at > ?{}",
            self.db.dialect().for_update()
        );
        let Some(row) = transaction.query_optional(&sql, params![hash, now]).await? else {
            return Ok(Rotation::Invalid);
        };
        let (token, used_at, expires_at) =
            (row.text("token_id")?, row.opt_int("used_at")?, row.int("token_expires_at")?);
        let session = session(row)?;
        match used_at {
            Some(at) if now - at <= grace => return Ok(Rotation::JustUsed),
            Some(_) => {
                let sql =
                    "UPDATE sessions SET ended_at = ?, end_reason = 'refresh token reused' WHERE id = ?";
                transaction.execute(sql, params![now, &session.id]).await?;
                transaction.commit().await?;
                return Ok(Rotation::Reused(session));
            }
            None if expires_at <= now => return Ok(Rotation::Invalid),
            None => {}
        }
        let sql = "UPDATE refresh_tokens SET used_at = ?, replaced_by = ? WHERE id = ? AND used_at IS NULL";
        if transaction.execute(sql, params![now, &next.id, &token]).await? == 0 {
            return Ok(Rotation::JustUsed);
        }
        next.insert(&mut transaction, &session.id, now).await?;
        transaction
            .execute("UPDATE sessions SET last_used_at = ? WHERE id = ?", params![now, &session.id])
            .await?;
        transaction.commit().await?;
        Ok(Rotation::Rotated(SessionRow { last_used_at: now, ..session }))
    }
}
