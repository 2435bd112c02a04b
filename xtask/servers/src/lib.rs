//! Real servers for tests: found or installed, started on a port and in a folder of their own, killed, halted, and gone with
//! the value that stands for them. Light on purpose: `cargo xtask` and tests of all crates use it.

pub mod elasticsearch;
pub mod http;
pub mod mariadb;
pub mod maven;
pub mod opensearch;
pub mod packages;
pub mod pip;
pub mod ports;
pub mod process;
pub mod s3;
pub mod webdav;

mod engine;

use anyhow::{Context, Result};

pub use elasticsearch::Elasticsearch;
pub use engine::version as search_engine_version;
pub use mariadb::MariaDb;
pub use opensearch::OpenSearch;
pub use process::ServerProcess;
pub use s3::S3;
pub use webdav::WebDav;

/// A server that runs and that others share.
pub trait Running: Send {
    /// Where it is, with the credentials of somebody who may do everything.
    fn url(&self) -> String;

    /// What it says that it is, for example `MariaDB 10.11.19`.
    ///
    /// # Errors
    /// When it does not answer.
    fn version(&self) -> Result<String>;
}

/// The URL of the shared server that this environment variable names.
///
/// # Errors
/// When the variable is not set; the text says how to start the servers.
pub fn shared(variable: &str) -> Result<String> {
    std::env::var(variable).ok().filter(|url| !url.is_empty()).with_context(|| {
        format!(
            "this test needs a real server and {variable} is not set; start the servers with \
             `cargo xtask servers -- cargo test …`, or set {variable} to a server of yours"
        )
    })
}
