//! What a server is told about users' tokens.

use serde::Deserialize;

use super::SharedKeys;
use crate::replica_urls::ReplicaUrls;

/// How users' tokens are checked.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TokenSettings {
    /// Where the auth server publishes its keys; a list when it has replicas.
    pub jwks_url: ReplicaUrls,
    /// Who must have issued a token.
    pub issuer: String,
    /// Whom a token must be meant for.
    pub audience: String,
    /// By how much clocks may differ.
    pub leeway_seconds: u32,
    /// Keys handed over in memory, for servers in one process; `jwks_url` is not used then.
    #[serde(skip)]
    pub shared: Option<SharedKeys>,
}

impl Default for TokenSettings {
    fn default() -> Self {
        Self {
            jwks_url: "http://127.0.0.1:4101/.well-known/jwks.json".into(),
            issuer: "knlab-auth".into(),
            audience: "knlab".into(),
            leeway_seconds: 10,
            shared: None,
        }
    }
}
