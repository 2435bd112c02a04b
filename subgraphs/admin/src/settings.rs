//! What the admin server is told at its start.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use serde::Deserialize;
use service::settings::{DatabaseSettings, NasSettings};
use service::{ReplicaUrls, Secret};

/// The settings of the admin server.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What every server has.
    pub server: service::Settings,
    /// The stores that are not in the data folder.
    pub stores: StoreSettings,
    /// Where documents are handed over.
    pub common: CommonSettings,
    /// Upload and download links.
    pub links: LinkSettings,
    /// How crawls are worked on.
    pub crawl: CrawlSettings,
}

/// The stores that are not in the data folder.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreSettings {
    /// Sources, runs, items, names of files; a file in the data folder if absent.
    pub crawl_info: Option<DatabaseSettings>,
    /// Where the contents of files are.
    pub nas: NasSettings,
}

/// Where documents are handed over.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CommonSettings {
    /// The GraphQL endpoint of common; a list when it has replicas.
    pub url: ReplicaUrls,
    /// The secret that common knows this server by.
    pub credential: Secret,
    /// How long common may take.
    pub timeout_seconds: u64,
}

impl Default for CommonSettings {
    fn default() -> Self {
        let url = ReplicaUrls::from("http://127.0.0.1:4104/graphql");
        Self { url, credential: Secret::from(""), timeout_seconds: 30 }
    }
}

/// Upload and download links.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LinkSettings {
    /// Signs the links. Without it a file `admin.key` in the data folder holds a secret for that; several replicas need the
    /// setting.
    pub secret: Option<Secret>,
    /// How long a download link works if the client does not say.
    pub download_seconds: u32,
    /// How long an upload link works; an upload that was interrupted can be resumed until then.
    pub upload_seconds: u32,
    /// The most bytes of an upload.
    pub max_upload_bytes: i64,
}

impl Default for LinkSettings {
    fn default() -> Self {
        Self { secret: None, download_seconds: 900, upload_seconds: 86_400, max_upload_bytes: 1 << 30 }
    }
}

/// How crawls are worked on.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CrawlSettings {
    /// How many runs this server works on at the same time; 0 leaves the work to other replicas.
    pub concurrent_runs: usize,
    /// After how long without a sign of life another worker takes a run over.
    pub lease_ms: u64,
    /// How often to look for runs, due schedules and changes of progress.
    pub poll_ms: u64,
    /// How long a site may take for one answer.
    pub request_timeout_seconds: u64,
    /// How often a fetch is tried.
    pub fetch_attempts: i64,
    /// How often handing over is tried while common cannot be reached.
    pub handover_attempts: i64,
    /// The time before the second try; it doubles with each further one, up to a minute.
    pub retry_ms: u64,
}

impl Default for CrawlSettings {
    fn default() -> Self {
        Self {
            concurrent_runs: 4,
            lease_ms: 10_000,
            poll_ms: 500,
            request_timeout_seconds: 30,
            fetch_attempts: 4,
            handover_attempts: 1_000,
            retry_ms: 2_000,
        }
    }
}

impl CrawlSettings {
    /// How often to look.
    pub fn poll(&self) -> Duration {
        Duration::from_millis(self.poll_ms)
    }
}

impl Settings {
    /// The secret that signs links: the setting, or one made once and kept in the data folder.
    pub fn link_secret(&self) -> anyhow::Result<Vec<u8>> {
        if let Some(secret) = &self.links.secret {
            return Ok(secret.expose().as_bytes().to_vec());
        }
        let folder = self.server.data.join("sql");
        std::fs::create_dir_all(&folder).context("cannot make the data folder")?;
        let file = folder.join("admin.key");
        match std::fs::read(&file) {
            Ok(secret) if secret.len() >= 32 => return Ok(secret),
            Ok(_) => anyhow::bail!("the file admin.key in the data folder is too short to be a key"),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).context("cannot read the file admin.key in the data folder"),
        }
        let secret = format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
        write_private(&file, secret.as_bytes())
            .context("cannot write the file admin.key in the data folder")?;
        Ok(secret.into_bytes())
    }
}

fn write_private(file: &Path, content: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    options.open(file)?.write_all(content)
}
