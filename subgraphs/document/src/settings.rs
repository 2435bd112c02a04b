//! The settings of the document server.

use std::path::Path;

use serde::Deserialize;
use service::settings::{DatabaseSettings, SearchSettings};
use stores::search;

use crate::store::Stores;

/// The settings of the document server.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What every server has.
    pub server: service::settings::Settings,
    /// The real stores.
    pub stores: StoreSettings,
}

/// The real stores; one that is absent is embedded, in the data folder.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreSettings {
    /// Document Meta.
    pub document_meta: Option<DatabaseSettings>,
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
        let document_meta = self.document_meta.as_ref();
        Ok(Stores {
            document_meta: DatabaseSettings::open(document_meta, "document_meta", data).await?,
            search: search::open_reader(engine.as_ref(), &data.join("search"))?,
        })
    }
}
