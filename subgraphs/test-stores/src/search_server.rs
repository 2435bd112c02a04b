//! Indexes of one test's own on a real search engine: a prefix of their names, removed when this is dropped.

use serde_json::{Value, json};
use stores::search::Connection;
use url::Url;
use uuid::Uuid;

use crate::elsewhere::wait;

/// A search engine as one test sees it: names that begin as nobody else's do. What is there under them goes when this is dropped.
pub struct SearchServer {
    connection: Connection,
    admin: Url,
}

impl SearchServer {
    /// On the engine that this environment variable names.
    pub fn named(variable: &str) -> Self {
        let url = test_servers::shared(variable).unwrap_or_else(|error| panic!("{error}"));
        Self::at(&url)
    }

    /// On the engine at this URL, which has the user and the password in it if there are any.
    pub fn at(url: &str) -> Self {
        let mut place = Url::parse(url).unwrap_or_else(|error| panic!("{url} is no URL: {error}"));
        let admin = place.clone();
        let _ = place.set_username("");
        let _ = place.set_password(None);
        let connection = Connection {
            urls: vec![place.to_string()],
            user: Some(admin.username().to_owned()).filter(|user| !user.is_empty()),
            password: admin.password().map(str::to_owned),
            prefix: format!("knlab_test_{}_", Uuid::now_v7().simple()),
        };
        Self { connection, admin }
    }

    /// Where it is and who asks.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// What a server's settings say under `stores.search`.
    pub fn settings(&self) -> Value {
        let Connection { urls, user, password, prefix } = &self.connection;
        json!({ "urls": urls, "user": user, "password": password, "prefix": prefix })
    }

    /// The indexes of this test that are there.
    pub async fn indexes(&self) -> Vec<String> {
        indexes(&self.admin, &self.connection.prefix).await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Sends a call with the administrator's rights; the body of its answer.
    pub async fn call(&self, method: reqwest::Method, path: &str, body: Option<Value>) -> Value {
        call(&self.admin, method, path, body).await.unwrap_or_else(|error| panic!("{error}"))
    }
}

impl Drop for SearchServer {
    fn drop(&mut self) {
        let (admin, prefix) = (self.admin.clone(), self.connection.prefix.clone());
        let removed = wait(async move {
            for index in indexes(&admin, &prefix).await? {
                call(&admin, reqwest::Method::DELETE, &index, None).await?;
            }
            Ok(())
        });
        if let Err(error) = removed {
            eprintln!("a test leaves something on the search engine: {error}");
        }
    }
}

async fn indexes(admin: &Url, prefix: &str) -> Result<Vec<String>, String> {
    let found = call(admin, reqwest::Method::GET, &format!("{prefix}*/_alias"), None).await?;
    let found = found.as_object().ok_or_else(|| format!("no list of indexes: {found}"))?;
    Ok(found.keys().filter(|index| index.starts_with(prefix)).cloned().collect())
}

async fn call(
    admin: &Url,
    method: reqwest::Method,
    path: &str,
    body: Option<Value>,
) -> Result<Value, String> {
    let url = admin.join(path).map_err(|error| error.to_string())?;
    let mut request = reqwest::Client::new().request(method, url);
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = request.send().await.map_err(|error| error.to_string())?;
    answer.json().await.map_err(|error| error.to_string())
}
