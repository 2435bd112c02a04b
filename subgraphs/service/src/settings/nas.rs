//! Where contents are: a folder, a WebDAV server or an S3 bucket.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use stores::files::{Place, S3Place, WebdavPlace};

use super::Secret;

/// Where contents are; one of the three, or none for the folder `nas` in the data folder.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NasSettings {
    /// A folder of this machine; a mounted share is one.
    pub folder: Option<PathBuf>,
    /// A folder of a WebDAV server.
    pub webdav: Option<WebdavSettings>,
    /// A bucket of an S3 server.
    pub s3: Option<S3Settings>,
}

/// A folder of a WebDAV server.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebdavSettings {
    /// The folder's URL. It must be there.
    pub url: String,
    /// Who logs in; nobody if left out.
    pub user: String,
    /// The password.
    pub password: Option<Secret>,
}

/// A bucket of an S3 server.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct S3Settings {
    /// The server's URL.
    pub endpoint: String,
    /// The region; `us-east-1`, which servers without regions take, if left out.
    pub region: Option<String>,
    /// The bucket. It must be there.
    pub bucket: String,
    /// What all keys in the bucket begin with.
    pub prefix: String,
    /// The access key's id.
    pub access_key: String,
    /// The access key's secret.
    pub secret_key: Option<Secret>,
}

impl NasSettings {
    /// The place that they name.
    ///
    /// # Errors
    /// When they name several, or leave out what is needed to reach it.
    pub fn place(&self, data: &Path) -> anyhow::Result<Place> {
        match (&self.folder, &self.webdav, &self.s3) {
            (None, None, None) => Ok(Place::Folder(data.join("nas"))),
            (Some(folder), None, None) => Ok(Place::Folder(folder.clone())),
            (None, Some(webdav), None) => webdav.place(),
            (None, None, Some(s3)) => s3.place(),
            _ => anyhow::bail!("`stores.nas` must be one of `folder`, `webdav` and `s3`"),
        }
    }
}

impl WebdavSettings {
    fn place(&self) -> anyhow::Result<Place> {
        needed("webdav.url", &self.url)?;
        let password = exposed(self.password.as_ref());
        Ok(Place::Webdav(WebdavPlace { url: self.url.clone(), user: self.user.clone(), password }))
    }
}

impl S3Settings {
    fn place(&self) -> anyhow::Result<Place> {
        needed("s3.endpoint", &self.endpoint)?;
        needed("s3.bucket", &self.bucket)?;
        Ok(Place::S3(S3Place {
            endpoint: self.endpoint.clone(),
            region: self.region.clone().unwrap_or_else(|| "us-east-1".to_owned()),
            bucket: self.bucket.clone(),
            prefix: self.prefix.clone(),
            access_key: self.access_key.clone(),
            secret_key: exposed(self.secret_key.as_ref()),
        }))
    }
}

fn needed(key: &str, value: &str) -> anyhow::Result<()> {
    anyhow::ensure!(!value.is_empty(), "`stores.nas.{key}` is missing");
    Ok(())
}

fn exposed(secret: Option<&Secret>) -> String {
    secret.map(|secret| secret.expose().to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::load;

    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct Settings {
        nas: NasSettings,
    }

    /// The place that a file and environment variables name, without its secrets, or the mistake.
    fn place(yaml: &str, environment: &[(&str, &str)]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("admin.yaml");
        std::fs::write(&file, yaml).unwrap();
        let environment =
            environment.iter().map(|(name, value)| (format!("KNLAB_ADMIN_NAS__{name}"), (*value).to_owned()));
        match load::<Settings>("admin", Some(&file), environment) {
            Ok(settings) => match settings.nas.place(Path::new("data")) {
                Ok(place) => format!("{place:?}"),
                Err(error) => error.to_string(),
            },
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn one_kind_of_place_is_named_by_the_file_or_the_environment() {
        let webdav = "nas: { webdav: { url: 'http://nas/', user: u, password: '01234567' } }";
        for (yaml, environment, expected) in [
            ("{}", vec![], "Folder(\"data/nas\")"),
            ("nas: { folder: /mnt/nas }", vec![], "Folder(\"/mnt/nas\")"),
            (webdav, vec![], "http://nas/"),
            ("{}", vec![("WEBDAV__PASSWORD", "01234567"), ("WEBDAV__URL", "http://nas/")], "http://nas/"),
            ("nas: { s3: { endpoint: 'http://s3', bucket: b } }", vec![], "bucket: \"b\""),
            ("nas: { s3: { endpoint: 'http://s3' } }", vec![], "`stores.nas.s3.bucket` is missing"),
            ("nas: { webdav: { user: u } }", vec![], "`stores.nas.webdav.url` is missing"),
            (webdav, vec![("FOLDER", "/mnt/nas")], "must be one of"),
            ("nas: { ftp: x }", vec![], "ftp"),
        ] {
            let found = place(yaml, &environment);
            assert!(
                found.contains(expected) && !found.contains("01234567"),
                "{yaml} {environment:?}: {found}"
            );
        }
    }
}
