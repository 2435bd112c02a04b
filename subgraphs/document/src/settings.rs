//! The settings of the document server.

use serde::Deserialize;

/// The settings of the document server.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What every server has.
    pub server: service::settings::Settings,
}
