//! A NAS of one test: a folder, or a part of a shared WebDAV server or S3 bucket.

use stores::files::{Files, Place, S3Place, WebdavPlace};
use tempfile::TempDir;
use test_servers::{s3, shared, webdav};
use url::Url;
use uuid::Uuid;

use crate::elsewhere::wait;

/// A place for contents, empty; everything in it is removed when this is dropped.
pub struct TestNas {
    place: Place,
    _folder: Option<TempDir>,
}

impl TestNas {
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
