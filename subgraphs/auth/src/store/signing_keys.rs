//! Signing keys and their states.

use stores::sql::{Row, again};
use stores::{Result, StoreError, params};

use super::Store;

/// Where a key is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Published, so that everyone knows it before it is used.
    Next,
    /// Signs.
    Active,
    /// Signs no more, but tokens signed by it are still accepted.
    Retired,
}

impl KeyState {
    /// As the database writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Retired => "retired",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Next, Self::Active, Self::Retired].into_iter().find(|state| state.name() == name)
    }
}

/// A key as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKeyRow {
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// Where it is in its life.
    pub state: KeyState,
    /// 32 bytes.
    pub public_key: Vec<u8>,
    /// Sealed.
    pub private_key: Vec<u8>,
    /// When it was made.
    pub created_at: i64,
    /// When it began to sign.
    pub activated_at: Option<i64>,
    /// When it stopped to sign.
    pub retired_at: Option<i64>,
}

fn key(row: Row) -> Result<SigningKeyRow> {
    let state = row.text("state")?;
    Ok(SigningKeyRow {
        kid: row.text("kid")?,
        state: KeyState::from_name(&state)
            .ok_or_else(|| StoreError::Internal(format!("key state {state}")))?,
        public_key: row.blob("public_key")?,
        private_key: row.blob("private_key")?,
        created_at: row.int("created_at")?,
        activated_at: row.opt_int("activated_at")?,
        retired_at: row.opt_int("retired_at")?,
    })
}

impl Store {
    /// All keys, oldest first.
    pub async fn signing_keys(&self) -> Result<Vec<SigningKeyRow>> {
        let sql = "SELECT kid, state, public_key, private_key, created_at, activated_at, retired_at \
                   FROM signing_keys ORDER BY created_at, kid";
        self.db.query(sql, &[]).await?.into_iter().map(key).collect()
    }

    /// Replaces `before` by `after` in one transaction; does nothing and says so if another server was faster.
    pub async fn replace_signing_keys(
        &self,
        before: &[SigningKeyRow],
        after: &[SigningKeyRow],
    ) -> Result<bool> {
        again(|| self.try_to_replace_signing_keys(before, after)).await
    }

    /// One at a time: servers that find no key at all have no row to lock.
    async fn try_to_replace_signing_keys(
        &self,
        before: &[SigningKeyRow],
        after: &[SigningKeyRow],
    ) -> Result<bool> {
        let mut transaction = self.db.begin().await?;
        transaction.lock("signing_keys").await?;
        let sql = "SELECT kid, state FROM signing_keys ORDER BY created_at, kid";
        let rows = transaction.query(sql, &[]).await?;
        let present: Result<Vec<_>> =
            rows.iter().map(|row| Ok((row.text("kid")?, row.text("state")?))).collect();
        let expected: Vec<_> =
            before.iter().map(|key| (key.kid.clone(), key.state.name().to_string())).collect();
        if present? != expected {
            return Ok(false);
        }
        transaction.execute("DELETE FROM signing_keys", &[]).await?;
        for key in after {
            let sql = "INSERT INTO signing_keys \
                       (kid, state, public_key, private_key, created_at, activated_at, retired_at) \
                       VALUES (?, ?, ?, ?, ?, ?, ?)";
            let (public, private) = (key.public_key.clone(), key.private_key.clone());
            let args = params![
                &key.kid,
                key.state.name(),
                public,
                private,
                key.created_at,
                key.activated_at,
                key.retired_at
            ];
            transaction.execute(sql, args).await?;
        }
        transaction.commit().await?;
        Ok(true)
    }
}
