//! The settings of the common server.

use std::path::Path;

use serde::Deserialize;
use service::settings::{DatabaseSettings, SearchSettings};
use stores::search;

use crate::indexer::IndexerSettings;
use crate::store::Stores;

/// The settings of the common server.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What every server has.
    pub server: service::settings::Settings,
    /// The real stores.
    pub stores: StoreSettings,
    /// How the indexer works.
    pub indexer: IndexerSettings,
}

/// The real stores; one that is absent is embedded, in the data folder.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreSettings {
    /// Document Meta.
    pub document_meta: Option<DatabaseSettings>,
    /// What all share.
    pub common: Option<DatabaseSettings>,
    /// The search engine.
    pub search: Option<SearchSettings>,
}

impl StoreSettings {
    /// Opens the stores; what is embedded is below `data`.
    ///
    /// # Errors
    /// When one cannot be opened; a server need not be there yet.
    pub async fn open(&self, data: &Path) -> stores::Result<Stores> {
        let engine = self.search.as_ref().map(SearchSettings::connection);
        let (search_reader, search_writer) = search::open_writer(engine.as_ref(), &data.join("search"))?;
        let document_meta = self.document_meta.as_ref();
        Ok(Stores {
            document_meta: DatabaseSettings::open(document_meta, "document_meta", data).await?,
            common: DatabaseSettings::open(self.common.as_ref(), "common", data).await?,
            search_reader,
            search_writer,
        })
    }
}
