//! Programs that get service tokens with a client id and a secret.

use service::{Created, Creation};
use stores::sql::{Row, again};
use stores::{Result, params};

use super::Store;

/// A client as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceClientRow {
    /// Chosen by an administrator.
    pub id: String,
    /// What it is.
    pub name: String,
    /// PHC text.
    pub secret_hash: String,
    /// Whether it gets tokens.
    pub active: bool,
    /// When it was made.
    pub created_at: i64,
    /// When it last got a token.
    pub last_token_issued_at: Option<i64>,
}

/// Service clients are created under idempotency keys.
pub const SERVICE_CLIENTS: Created = Created { table: "service_clients", by: "created_by" };

const COLUMNS: &str = "id, name, secret_hash, active, created_at, last_token_issued_at";

fn client(row: Row) -> Result<ServiceClientRow> {
    Ok(ServiceClientRow {
        id: row.text("id")?,
        name: row.text("name")?,
        secret_hash: row.text("secret_hash")?,
        active: row.boolean("active")?,
        created_at: row.int("created_at")?,
        last_token_issued_at: row.opt_int("last_token_issued_at")?,
    })
}

impl Store {
    /// Adds a client; `AlreadyExists` if the id is taken, or the request has been carried out.
    pub async fn add_service_client(
        &self,
        client: &ServiceClientRow,
        creation: Option<&Creation>,
    ) -> Result<()> {
        again(|| self.try_to_add_service_client(client, creation)).await
    }

    async fn try_to_add_service_client(
        &self,
        client: &ServiceClientRow,
        creation: Option<&Creation>,
    ) -> Result<()> {
        let mut transaction = self.db.begin().await?;
        let sql =
            "INSERT INTO service_clients (id, name, secret_hash, active, created_at) VALUES (?, ?, ?, ?, ?)";
        let args = params![&client.id, &client.name, &client.secret_hash, client.active, client.created_at];
        transaction.execute(sql, args).await?;
        if let Some(creation) = creation {
            creation.note(&mut transaction, &client.id).await?;
        }
        transaction.commit().await
    }

    /// The client of that id.
    pub async fn service_client(&self, id: &str) -> Result<Option<ServiceClientRow>> {
        let sql = format!("SELECT {COLUMNS} FROM service_clients WHERE id = ?");
        self.db.query_optional(&sql, params![id]).await?.map(client).transpose()
    }

    /// A page of clients by id.
    pub async fn service_clients(&self, after: Option<&str>, limit: i64) -> Result<Vec<ServiceClientRow>> {
        let sql = format!("SELECT {COLUMNS} FROM service_clients WHERE id > ? ORDER BY id LIMIT ?");
        let rows = self.db.query(&sql, params![after.unwrap_or_default(), limit]).await?;
        rows.into_iter().map(client).collect()
    }

    /// Lets a client have tokens or not; 0 if there is no such client.
    pub async fn set_service_client_active(&self, id: &str, active: bool) -> Result<u64> {
        self.db.execute("UPDATE service_clients SET active = ? WHERE id = ?", params![active, id]).await
    }

    /// Replaces a client's secret; 0 if there is no such client.
    pub async fn set_service_client_secret(&self, id: &str, hash: &str) -> Result<u64> {
        self.db.execute("UPDATE service_clients SET secret_hash = ? WHERE id = ?", params![hash, id]).await
    }

    /// Notes that a token was issued.
    pub async fn note_service_token(&self, id: &str, now: i64) -> Result<()> {
        let sql = "UPDATE service_clients SET last_token_issued_at = ? WHERE id = ?";
        self.db.execute(sql, params![now, id]).await.map(drop)
    }
}
