//! The settings of the common server.

use serde::Deserialize;

use crate::indexer::IndexerSettings;

/// The settings of the common server.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What every server has.
    pub server: service::settings::Settings,
    /// How the indexer works.
    pub indexer: IndexerSettings,
}
