//! Idempotency keys: a client that does not know whether its request arrived repeats it under the same key, and what it creates
//! is created once. The key lies with the row that it made, unique with who made it, so that a repeat finds the row whenever
//! it comes, also at the same moment.

use async_graphql::Value;
use sha2::{Digest as _, Sha256};
use stores::params;
use stores::sql::{Database, Transaction};

use crate::error::{ClientError, Result, internal};

/// A table whose rows are created under keys. It has the columns `id`, `idempotency_key` and `request_hash`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Created {
    /// Its name.
    pub table: &'static str,
    /// The column that says who created a row; unique together with the key.
    pub by: &'static str,
}

/// A request that creates a row.
#[derive(Clone, Debug)]
pub struct Creation {
    created: Created,
    by: String,
    request: Option<Request>,
}

/// What is kept of a request under a key.
#[derive(Clone, Debug)]
struct Request {
    key: String,
    hash: String,
}

impl Creation {
    /// A request of this user for a row of this table; `input` is what the client sent, in which a field `idempotencyKey` does
    /// not count. Secrets must not be in it: its hash is kept.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a key that cannot be kept.
    pub fn new(created: Created, by: &str, key: Option<String>, mut input: Value) -> Result<Self> {
        if let Value::Object(fields) = &mut input {
            fields.shift_remove("idempotencyKey");
        }
        let request = match key {
            Some(key) => {
                check_key(&key)?;
                let input = serde_json::to_vec(&input).map_err(internal)?;
                let hash = Sha256::new().chain_update(created.table).chain_update([0]).chain_update(input);
                Some(Request { key, hash: hex::encode(hash.finalize()) })
            }
            None => None,
        };
        Ok(Self { created, by: by.to_owned(), request })
    }

    /// The client's key.
    pub fn key(&self) -> Option<&str> {
        self.request.as_ref().map(|request| request.key.as_str())
    }

    /// The id of the row that this request has created before. To be asked at first, and again when a unique constraint
    /// refuses the new row: the same request may have been faster.
    ///
    /// # Errors
    /// `IDEMPOTENCY_KEY_REUSED` when another request had the key.
    pub async fn made_before(&self, database: &Database) -> Result<Option<String>> {
        let Some(request) = &self.request else { return Ok(None) };
        let Created { table, by } = self.created;
        let sql = format!("SELECT id, request_hash FROM {table} WHERE {by} = ? AND idempotency_key = ?");
        match database.query_optional(&sql, params![&self.by, &request.key]).await? {
            None => Ok(None),
            Some(row) if row.opt_text("request_hash")?.as_ref() == Some(&request.hash) => {
                Ok(Some(row.text("id")?))
            }
            Some(_) => Err(reused().into()),
        }
    }

    /// Inside the transaction that adds the row: notes who created it, and under which key.
    ///
    /// # Errors
    /// `AlreadyExists` when another row was created under the key meanwhile.
    pub async fn note(&self, transaction: &mut Transaction, id: &str) -> stores::Result<()> {
        let Created { table, by } = self.created;
        let sql = format!("UPDATE {table} SET {by} = ?, idempotency_key = ?, request_hash = ? WHERE id = ?");
        let (key, hash) = match &self.request {
            Some(request) => (Some(request.key.clone()), Some(request.hash.clone())),
            None => (None, None),
        };
        transaction.execute(&sql, params![&self.by, key, hash, id]).await.map(|_| ())
    }
}

/// The key belongs to another request.
pub fn reused() -> ClientError {
    ClientError::new("IDEMPOTENCY_KEY_REUSED", "this idempotency key was used for another request")
}

/// Checks a key that is to be kept: 1 to 200 bytes without control characters.
///
/// # Errors
/// `BAD_USER_INPUT` otherwise.
pub fn check_key(key: &str) -> Result<()> {
    if (1..=200).contains(&key.len()) && !key.chars().any(char::is_control) {
        return Ok(());
    }
    let message = "an idempotency key has 1 to 200 bytes and no control characters";
    Err(ClientError::new("BAD_USER_INPUT", message).into())
}

#[cfg(test)]
mod tests {
    use async_graphql::value;

    use super::*;

    const TABLE: Created = Created { table: "things", by: "created_by" };

    fn hash(created: Created, input: Value) -> String {
        Creation::new(created, "u", Some("k".to_owned()), input).unwrap().request.unwrap().hash
    }

    #[test]
    fn a_request_is_the_same_whatever_its_key() {
        let one = hash(TABLE, value!({ "name": "a", "size": 1, "idempotencyKey": "k" }));
        assert_eq!(one, hash(TABLE, value!({ "name": "a", "size": 1, "idempotencyKey": "other" })));
        assert_ne!(one, hash(TABLE, value!({ "name": "a", "size": 2, "idempotencyKey": "k" })));
        assert_ne!(one, hash(TABLE, value!({ "name": "a", "size": "1", "idempotencyKey": "k" })));
        let elsewhere = Created { table: "others", ..TABLE };
        assert_ne!(one, hash(elsewhere, value!({ "name": "a", "size": 1 })));
    }

    #[test]
    fn keys_that_cannot_be_kept_are_refused() {
        let long = "x".repeat(201);
        for (key, fine) in
            [("", false), ("a\nb", false), (long.as_str(), false), ("한글 키", true), ("x", true)]
        {
            assert_eq!(check_key(key).is_ok(), fine, "{key:?}");
        }
        assert!(Creation::new(TABLE, "u", None, Value::Null).unwrap().key().is_none());
    }
}
