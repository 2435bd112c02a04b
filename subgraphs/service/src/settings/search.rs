//! Where the search engine is.

use serde::Deserialize;
use stores::search::Connection;

use super::Secret;
use crate::replica_urls::ReplicaUrls;

/// An Elasticsearch or OpenSearch, and who asks it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchSettings {
    /// The addresses of one cluster's nodes: one, or a list.
    pub urls: ReplicaUrls,
    /// The user; none where the engine has no users.
    #[serde(default)]
    pub user: Option<String>,
    /// The user's password.
    #[serde(default)]
    pub password: Option<Secret>,
    /// What the names of all indexes begin with, where several installations share an engine.
    #[serde(default)]
    pub prefix: String,
}

impl SearchSettings {
    /// As the store takes it.
    pub fn connection(&self) -> Connection {
        Connection {
            urls: self.urls.all().to_vec(),
            user: self.user.clone(),
            password: self.password.as_ref().map(|password| password.expose().to_owned()),
            prefix: self.prefix.clone(),
        }
    }
}
