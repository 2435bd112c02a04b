//! A bucket of an S3 server. A write that would replace something is refused by the server (`If-None-Match`), for one put as
//! for the completion of many parts; an object is there whole or not at all by what S3 is.

use async_trait::async_trait;
use bytes::Bytes;
use futures::TryStreamExt;
use opendal::{Operator, Writer};

use super::engine::{Engine, Upload, sorted, unavailable};
use super::http;
use super::place::S3Place;
use crate::Result;

/// The size of a part; so much is held in memory for each content that is written.
const PART: usize = 8 * 1024 * 1024;

pub(super) struct S3 {
    operator: Operator,
}

impl S3 {
    pub(super) fn open(place: &S3Place) -> Result<Self> {
        let builder = opendal::services::S3::default()
            .root(&place.prefix)
            .endpoint(&place.endpoint)
            .region(&place.region)
            .bucket(&place.bucket)
            .access_key_id(&place.access_key)
            .secret_access_key(&place.secret_key)
            .disable_config_load()
            .disable_ec2_metadata();
        Ok(Self { operator: http::operator(builder, http::client()?)? })
    }
}

#[async_trait]
impl Engine for S3 {
    fn operator(&self) -> &Operator {
        &self.operator
    }

    async fn ping(&self) -> Result<()> {
        let lister = self.operator.lister_with("/").limit(1).await.map_err(|error| unavailable(&error))?;
        let mut lister = Box::pin(lister);
        lister.try_next().await.map(|_| ()).map_err(|error| unavailable(&error))
    }

    async fn begin(&self, key: &str) -> Result<Box<dyn Upload>> {
        let writer = self.operator.writer_with(key).if_not_exists(true).chunk(PART).await;
        Ok(Box::new(S3Upload { key: key.to_owned(), writer: writer.map_err(|error| sorted(key, &error))? }))
    }

    /// In one request, whatever its size: a kill leaves no parts.
    async fn put(&self, key: &str, content: Bytes) -> Result<()> {
        let put = self.operator.write_with(key, content).if_not_exists(true).await;
        put.map(|_| ()).map_err(|error| sorted(key, &error))
    }
}

struct S3Upload {
    key: String,
    writer: Writer,
}

#[async_trait]
impl Upload for S3Upload {
    async fn write(&mut self, piece: Bytes) -> Result<()> {
        self.writer.write(piece).await.map_err(|error| sorted(&self.key, &error))
    }

    async fn publish(&mut self) -> Result<()> {
        self.writer.close().await.map(|_| ()).map_err(|error| sorted(&self.key, &error))
    }

    async fn discard(&mut self) {
        if let Err(error) = self.writer.abort().await {
            tracing::warn!(%error, "parts of an unfinished content stay until the bucket's lifecycle rule ends them");
        }
    }
}
