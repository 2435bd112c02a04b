//! DataLoaders over the store: every entity and every nested list goes through one. Rows do not depend on who asks (that is
//! checked where they are shown), so the loaders belong to the schema and batch across requests.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Context;
use async_graphql::dataloader::{DataLoader, Loader};
use service::Clock;
use service::error::{Result, internal};
use stores::StoreError;

use crate::store::{ApiKeyRow, SessionRow, Slice, Store, UserRow};

/// Loads in batches.
pub struct Batches {
    store: Store,
    clock: Clock,
}

/// The loader as it lies in the schema's data.
pub type Loaders = DataLoader<Batches>;

/// The sessions of a user.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SessionsOf(pub String, pub Slice);

/// The API keys of a user.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ApiKeysOf(pub String, pub Slice);

/// A user by its id.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct UserId(pub String);

type Loaded<K, V> = std::result::Result<HashMap<K, V>, Arc<StoreError>>;

/// The loaders over a store.
pub fn loaders(store: Store, clock: Clock) -> Loaders {
    DataLoader::new(Batches { store, clock }, tokio::spawn).delay(Duration::from_micros(200))
}

/// The loaders of a request.
pub fn of<'a>(ctx: &Context<'a>) -> Result<&'a Loaders> {
    ctx.data_opt::<Loaders>().ok_or_else(|| internal("the schema was built without its loaders"))
}

impl Loader<UserId> for Batches {
    type Value = UserRow;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[UserId]) -> Loaded<UserId, UserRow> {
        let ids: Vec<String> = keys.iter().map(|key| key.0.clone()).collect();
        let rows = self.store.users_by_ids(&ids).await?;
        Ok(rows.into_iter().map(|row| (UserId(row.id.clone()), row)).collect())
    }
}

impl Loader<SessionsOf> for Batches {
    type Value = Vec<SessionRow>;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[SessionsOf]) -> Loaded<SessionsOf, Vec<SessionRow>> {
        let mut found: HashMap<SessionsOf, Vec<SessionRow>> = HashMap::new();
        for (slice, users) in by_slice(keys.iter().map(|key| (&key.0, &key.1))) {
            for row in self.store.sessions_of(&users, &slice, self.clock.now()).await? {
                found.entry(SessionsOf(row.user_id.clone(), slice.clone())).or_default().push(row);
            }
        }
        Ok(found)
    }
}

impl Loader<ApiKeysOf> for Batches {
    type Value = Vec<ApiKeyRow>;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[ApiKeysOf]) -> Loaded<ApiKeysOf, Vec<ApiKeyRow>> {
        let mut found: HashMap<ApiKeysOf, Vec<ApiKeyRow>> = HashMap::new();
        for (slice, users) in by_slice(keys.iter().map(|key| (&key.0, &key.1))) {
            for row in self.store.api_keys_of(&users, &slice, self.clock.now()).await? {
                found.entry(ApiKeysOf(row.user_id.clone(), slice.clone())).or_default().push(row);
            }
        }
        Ok(found)
    }
}

/// All users of a list are asked with the same arguments, so this is one group in practice.
fn by_slice<'a>(keys: impl Iterator<Item = (&'a String, &'a Slice)>) -> HashMap<Slice, Vec<String>> {
    let mut groups: HashMap<Slice, Vec<String>> = HashMap::new();
    for (user, slice) in keys {
        groups.entry(slice.clone()).or_default().push(user.clone());
    }
    groups
}
