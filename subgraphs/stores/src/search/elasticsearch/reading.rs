//! The reader's interface.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde_json::{Value, json};

use super::documents::LIVE;
use super::{ElasticsearchReader, page, similar, suggest, trend};
use crate::Result;
use crate::search::{
    Collection, FacetCount, Hit, SearchReader, SearchRequest, SearchResult, TrendPoint, TrendRequest,
};

/// How many versions are asked for at once; each id may stand in three indexes, and the engine lists ten thousand.
const IDS: usize = 3_000;

#[async_trait]
impl SearchReader for ElasticsearchReader {
    async fn search(&self, request: &SearchRequest) -> Result<SearchResult> {
        page::search(&self.client, &self.names, request).await
    }

    async fn suggest(&self, collections: &[Collection], prefix: &str, first: usize) -> Result<Vec<String>> {
        suggest::suggest(&self.client, &self.names, collections, prefix, first).await
    }

    async fn similar(&self, id: &str, first: usize) -> Result<Vec<Hit>> {
        similar::similar(&self.client, &self.names, id, first).await
    }

    async fn trend(&self, request: &TrendRequest) -> Result<Vec<TrendPoint>> {
        trend::trend(&self.client, &self.names, request).await
    }

    async fn top_keywords(&self, request: &TrendRequest, first: usize) -> Result<Vec<FacetCount>> {
        trend::top_keywords(&self.client, &self.names, request, first).await
    }

    /// By search and not by get, which roles of some engines do not give together with reading; `put` returns when searches
    /// see what it wrote.
    async fn versions(&self, ids: &[String]) -> Result<BTreeMap<String, i64>> {
        let path = format!("/{}/_search", self.names.aliases(&[]));
        let mut versions = BTreeMap::new();
        for ids in ids.chunks(IDS) {
            let body = json!({
                "query": {"bool": {"filter": [{"terms": {"id": ids}}, {"term": {"state": LIVE}}]}},
                "size": IDS * 3,
                "track_total_hits": false,
                "_source": false,
                "docvalue_fields": ["id", "version"],
            });
            let answer = self.client.search(&[], &path, "", &body).await?;
            let hits = answer["hits"]["hits"].as_array().into_iter().flatten();
            let version = |hit: &Value| {
                Some((hit["fields"]["id"][0].as_str()?.to_owned(), hit["fields"]["version"][0].as_i64()?))
            };
            versions.extend(hits.filter_map(version));
        }
        Ok(versions)
    }

    /// Asks for no document of each index, which whoever may read them may do.
    async fn ping(&self) -> Result<()> {
        let path = format!("/{}/_search", self.names.aliases(&[]));
        let body = json!({"size": 0, "track_total_hits": false, "terminate_after": 1});
        self.client.search(&[], &path, "", &body).await.map(|_| ())
    }
}
