//! The settings of the common server.

use std::path::Path;

use serde::Deserialize;
use service::settings::SearchSettings;
use stores::search;
use stores::sql::Database;

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
    /// The search engine.
    pub search: Option<SearchSettings>,
}

impl StoreSettings {
    /// Opens the stores; what is embedded is below `data`.
    ///
    /// # Errors
    /// When one cannot be opened; a search engine need not be there yet.
    pub async fn open(&self, data: &Path) -> stores::Result<Stores> {
        let engine = self.search.as_ref().map(SearchSettings::connection);
        let (search_reader, search_writer) = search::open_writer(engine.as_ref(), &data.join("search"))?;
        let sql = |name: &str| data.join("sql").join(format!("{name}.sqlite"));
        Ok(Stores {
            document_meta: Database::open_sqlite("document_meta", &sql("document_meta")).await?,
            common: Database::open_sqlite("common", &sql("common")).await?,
            search_reader,
            search_writer,
        })
    }
}
