//! Puts accounts and service clients into the database that are known beforehand, such as the sample accounts. Those that
//! are there already stay as they are.

use anyhow::Context as _;
use service::Role;
use stores::StoreError;
use stores::sql::Database;

use crate::argon2id::Memory;
use crate::store::{ServiceClientRow, Store, UserRow};

/// A user to be there.
#[derive(Clone, Debug)]
pub struct SeedUser {
    /// UUIDv7 text.
    pub id: String,
    /// The address to sign in with.
    pub email: String,
    /// The display name.
    pub name: String,
    /// What it may do.
    pub roles: Vec<Role>,
    /// The password to sign in with.
    pub password: String,
    /// When the account was made (microseconds).
    pub created_at: i64,
}

/// A service client to be there.
#[derive(Clone, Debug)]
pub struct SeedClient {
    /// The client id.
    pub id: String,
    /// What it is.
    pub name: String,
    /// Its secret.
    pub secret: String,
    /// When it was made (microseconds).
    pub created_at: i64,
}

/// Adds what is missing. Idempotent; hashes on as many threads as there are processors.
pub async fn seed(database: &Database, users: &[SeedUser], clients: &[SeedClient]) -> anyhow::Result<()> {
    let store = Store::new(database.clone());
    let ids: Vec<String> = users.iter().map(|user| user.id.clone()).collect();
    let present = store.users_by_ids(&ids).await?;
    let users: Vec<SeedUser> =
        users.iter().filter(|user| present.iter().all(|row| row.id != user.id)).cloned().collect();
    let mut missing = Vec::new();
    for client in clients {
        if store.service_client(&client.id).await?.is_none() {
            missing.push(client.clone());
        }
    }
    let secrets = users
        .iter()
        .map(|user| user.password.clone())
        .chain(missing.iter().map(|client| client.secret.clone()));
    let mut hashes = hashes(secrets.collect()).await?.into_iter();
    for user in users {
        let row = user_row(user, hashes.next().unwrap_or_default());
        unless_there(store.add_user(&row, None).await).with_context(|| format!("seed user {}", row.email))?;
    }
    for client in missing {
        let row = client_row(client, hashes.next().unwrap_or_default());
        unless_there(store.add_service_client(&row, None).await)
            .with_context(|| format!("seed client {}", row.id))?;
    }
    Ok(())
}

fn user_row(user: SeedUser, password_hash: String) -> UserRow {
    let SeedUser { id, email, name, roles, created_at, .. } = user;
    UserRow { id, email, name, password_hash, active: true, roles, created_at, last_login_at: None }
}

fn client_row(client: SeedClient, secret_hash: String) -> ServiceClientRow {
    let SeedClient { id, name, created_at, .. } = client;
    ServiceClientRow { id, name, secret_hash, active: true, created_at, last_token_issued_at: None }
}

/// Another process may seed at the same time.
fn unless_there(result: stores::Result<()>) -> stores::Result<()> {
    match result {
        Err(StoreError::AlreadyExists { .. }) => Ok(()),
        other => other,
    }
}

/// Equal secrets are hashed anew each time: salts differ.
async fn hashes(secrets: Vec<String>) -> anyhow::Result<Vec<String>> {
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let share = secrets.len().div_ceil(threads).max(1);
    let hash_all = |share: Vec<String>| {
        let mut memory = Memory::default();
        share.iter().map(|secret| memory.hash(secret)).collect::<anyhow::Result<Vec<String>>>()
    };
    let shares = secrets.chunks(share).map(<[String]>::to_vec);
    let work: Vec<_> = shares.map(|share| tokio::task::spawn_blocking(move || hash_all(share))).collect();
    let mut hashes = Vec::with_capacity(secrets.len());
    for share in work {
        hashes.extend(share.await??);
    }
    Ok(hashes)
}
