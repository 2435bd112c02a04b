//! One DataLoader for everything that is read by key: 50 documents cost as many statements as 5. What it reads does not
//! depend on who asks, so requests share it; it keeps nothing, so what was deleted is gone with the next request.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Context;
use async_graphql::dataloader::{DataLoader, Loader};
use futures::future::try_join_all;
use service::Failure;
use stores::StoreError;
use stores::search::Hit;

use crate::store::Stores;
use crate::store::document::{self, Head};

/// What waits for a batch to fill; loads of one level of a query start together.
const WINDOW: Duration = Duration::from_micros(200);

/// Reads by key.
pub type Loaders = DataLoader<Batches>;

/// The statements behind the loaders.
pub struct Batches(Stores);

type Failed = Arc<StoreError>;

/// A document without its text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HeadOf(pub String);

/// The text of a document.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BodyOf(pub String);

/// Documents like a document, best first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SimilarTo {
    /// Like which one.
    pub id: String,
    /// How many.
    pub first: usize,
}

/// The loaders over these stores.
pub fn loaders(stores: &Stores) -> Loaders {
    DataLoader::new(Batches(stores.clone()), tokio::spawn).delay(WINDOW)
}

/// The loaders of this schema.
pub fn of<'a>(ctx: &Context<'a>) -> Result<&'a Loaders, Failure> {
    ctx.data_opt::<Loaders>().ok_or_else(|| service::internal("the schema has no loaders"))
}

/// The documents of these ids that are there, in the order of the ids.
pub async fn heads(ctx: &Context<'_>, ids: impl Iterator<Item = String>) -> Result<Vec<Arc<Head>>, Failure> {
    let keys: Vec<HeadOf> = ids.map(HeadOf).collect();
    let mut found = of(ctx)?.load_many(keys.clone()).await?;
    Ok(keys.iter().filter_map(|key| found.remove(key)).collect())
}

impl Loader<HeadOf> for Batches {
    type Value = Arc<Head>;
    type Error = Failed;

    async fn load(&self, keys: &[HeadOf]) -> Result<HashMap<HeadOf, Arc<Head>>, Failed> {
        let ids: Vec<String> = keys.iter().map(|key| key.0.clone()).collect();
        let heads = document::heads(&self.0.document_meta, &ids).await.map_err(Arc::new)?;
        Ok(heads.into_iter().map(|head| (HeadOf(head.id.clone()), Arc::new(head))).collect())
    }
}

impl Loader<BodyOf> for Batches {
    type Value = Arc<str>;
    type Error = Failed;

    async fn load(&self, keys: &[BodyOf]) -> Result<HashMap<BodyOf, Arc<str>>, Failed> {
        let ids: Vec<String> = keys.iter().map(|key| key.0.clone()).collect();
        let bodies = document::bodies(&self.0.document_meta, &ids).await.map_err(Arc::new)?;
        Ok(bodies.into_iter().map(|(id, body)| (BodyOf(id), body.into())).collect())
    }
}

impl Loader<SimilarTo> for Batches {
    type Value = Vec<Hit>;
    type Error = Failed;

    async fn load(&self, keys: &[SimilarTo]) -> Result<HashMap<SimilarTo, Vec<Hit>>, Failed> {
        let searches = keys.iter().map(|key| async move {
            let hits = self.0.search.similar(&key.id, key.first).await.map_err(Arc::new)?;
            Ok::<_, Failed>((key.clone(), hits))
        });
        Ok(try_join_all(searches).await?.into_iter().collect())
    }
}
