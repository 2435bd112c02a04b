//! A NAS of one test: a folder, or a part of a shared WebDAV server or S3 bucket.

use serde_json::{Value, json};
use stores::files::{Files, Place, S3Place, WebdavPlace};
use tempfile::TempDir;
use test_servers::{s3, shared, webdav};
use url::Url;
use uuid::Uuid;

use crate::Kind;
use crate::elsewhere::wait;

/// The environment variable that says which kind of NAS a suite runs on: `folder`, `webdav` or `s3`.
const VARIABLE: &str = "KNLAB_TEST_NAS";

/// A place for contents, empty; everything in it is removed when this is dropped.
pub struct TestNas {
    place: Place,
    _folder: Option<TempDir>,
}

impl TestNas {
    /// Of the kind that `KNLAB_TEST_NAS` names: `folder`, `webdav` or `s3`. When it is not set: a folder, and WebDAV with real
    /// stores.
    pub async fn new() -> Self {
        let kind = std::env::var(VARIABLE).unwrap_or_default();
        match (kind.as_str(), Kind::of_environment()) {
            ("folder", _) | ("", Kind::Embedded) => Self::folder(),
            ("webdav", _) | ("", Kind::Real) => Self::webdav().await,
            ("s3", _) => Self::s3().await,
            (other, _) => panic!("{VARIABLE} is {other}; it can be folder, webdav or s3"),
        }
    }

    /// A folder.
    pub fn folder() -> Self {
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("no folder for a test: {error}"));
        Self { place: Place::Folder(folder.path().join("nas")), _folder: Some(folder) }
    }

    /// A folder of the WebDAV server that `KNLAB_TEST_WEBDAV_URL` names.
    pub async fn webdav() -> Self {
        Self::webdav_at(&shared(webdav::VARIABLE).unwrap_or_else(|error| panic!("{error}"))).await
    }

    /// A folder of the WebDAV server at this URL.
    pub async fn webdav_at(url: &str) -> Self {
        let mut server = parsed(url);
        let (user, password) = credentials(&mut server);
        let url = format!("{}/{}", server.as_str().trim_end_matches('/'), name());
        let place = WebdavPlace { url, user, password };
        let status = send(&place, "MKCOL").await;
        assert!(matches!(status, Ok(201)), "no folder can be made at {}: {status:?}", place.url);
        Self { place: Place::Webdav(place), _folder: None }
    }

    /// A prefix in the S3 bucket that `KNLAB_TEST_S3_URL` names.
    pub async fn s3() -> Self {
        Self::s3_at(&shared(s3::VARIABLE).unwrap_or_else(|error| panic!("{error}"))).await
    }

    /// A prefix in the S3 bucket at this URL (`http://KEY:SECRET@HOST:PORT/BUCKET`).
    pub async fn s3_at(url: &str) -> Self {
        let mut server = parsed(url);
        let (access_key, secret_key) = credentials(&mut server);
        let bucket = server.path().trim_matches('/').to_owned();
        server.set_path("");
        let endpoint = server.as_str().trim_end_matches('/').to_owned();
        let region = "us-east-1".to_owned();
        let place = S3Place { endpoint, region, bucket, prefix: name(), access_key, secret_key };
        Self { place: Place::S3(place), _folder: None }
    }

    /// Where it is.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Where it is, as a server's settings say it under `stores.nas`.
    pub fn settings(&self) -> Value {
        let secret = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        match &self.place {
            Place::Folder(folder) => json!({ "folder": folder }),
            Place::Webdav(place) => json!({ "webdav": {
                "url": place.url, "user": place.user, "password": secret(&place.password),
            } }),
            Place::S3(place) => json!({ "s3": {
                "endpoint": place.endpoint, "region": place.region, "bucket": place.bucket, "prefix": place.prefix,
                "access_key": place.access_key, "secret_key": secret(&place.secret_key),
            } }),
        }
    }
}

impl Drop for TestNas {
    fn drop(&mut self) {
        let place = self.place.clone();
        let removed = match place {
            Place::Folder(_) => Ok(()),
            Place::Webdav(place) => wait(async move { send(&place, "DELETE").await.map(|_| ()) }),
            place => wait(async move { remove_all(&place).await.map_err(|error| error.to_string()) }),
        };
        if let Err(error) = removed {
            eprintln!("a test leaves something on the NAS: {error}");
        }
    }
}

fn name() -> String {
    format!("knlab_test_{}", Uuid::new_v4().simple())
}

fn parsed(url: &str) -> Url {
    Url::parse(url).unwrap_or_else(|error| panic!("{url} is no URL: {error}"))
}

/// Takes the user and the password out of a URL.
fn credentials(url: &mut Url) -> (String, String) {
    let found = (url.username().to_owned(), url.password().unwrap_or_default().to_owned());
    let _ = url.set_username("");
    let _ = url.set_password(None);
    found
}

async fn send(place: &WebdavPlace, method: &str) -> Result<u16, String> {
    let method = reqwest::Method::from_bytes(method.as_bytes()).map_err(|error| error.to_string())?;
    let mut request = reqwest::Client::new().request(method, format!("{}/", place.url));
    if !place.user.is_empty() {
        request = request.basic_auth(&place.user, Some(&place.password));
    }
    request.send().await.map(|answer| answer.status().as_u16()).map_err(|error| error.to_string())
}

async fn remove_all(place: &Place) -> stores::Result<()> {
    let files = Files::open(place)?;
    for entry in files.list("").await? {
        files.remove(&entry.key).await?;
    }
    Ok(())
}
