//! Indexes of a test's own on a real server that the environment names.

use std::sync::Arc;

use stores::search::elasticsearch::{Connection, open_reader, open_writer};
use url::Url;

use super::Opened;

/// The server of one test's indexes; they are removed when it is dropped.
pub struct Server {
    pub connection: Connection,
    admin: Url,
}

impl Server {
    /// The server that this variable names.
    pub fn named(variable: &str) -> Self {
        Self::at(&Url::parse(&test_servers::shared(variable).unwrap()).unwrap())
    }

    /// The server at this address, which has the user and the password in it if there are any.
    pub fn at(admin: &Url) -> Self {
        let mut url = admin.clone();
        url.set_username("").unwrap();
        url.set_password(None).unwrap();
        let has_user = !admin.username().is_empty();
        let connection = Connection {
            urls: vec![url.to_string()],
            user: has_user.then(|| admin.username().to_owned()),
            password: admin.password().map(str::to_owned),
            prefix: format!("knlab_test_{}_", uuid::Uuid::now_v7().simple()),
        };
        Self { connection, admin: admin.clone() }
    }

    /// The indexes of this test that are there.
    pub async fn indexes(&self) -> Vec<String> {
        let path = format!("{}*/_alias", self.connection.prefix);
        let found = reqwest::get(self.admin.join(&path).unwrap()).await.unwrap();
        let found: serde_json::Value = serde_json::from_slice(&found.bytes().await.unwrap()).unwrap();
        found.as_object().unwrap().keys().cloned().collect()
    }

    /// Sends a call with the administrator's rights.
    pub async fn call(
        &self,
        method: reqwest::Method,
        path: &str,
        body: Option<serde_json::Value>,
    ) -> serde_json::Value {
        let request = reqwest::Client::new().request(method, self.admin.join(path).unwrap());
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(body.to_string()),
            None => request,
        };
        serde_json::from_slice(&request.send().await.unwrap().bytes().await.unwrap()).unwrap()
    }

    /// Opens empty indexes.
    pub async fn open(self) -> Opened {
        let writer = Arc::new(open_writer(&self.connection).unwrap());
        writer.prepare().await.unwrap();
        let other = Arc::new(open_reader(&self.connection).unwrap());
        Opened { writer: writer.clone(), reader: writer, other, keep: Box::new(self) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let (connection, admin) = (self.connection.clone(), self.admin.clone());
        // The runtime that drops this may be one that must not block.
        let removal = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let server = std::mem::ManuallyDrop::new(Self { connection, admin });
                for index in server.indexes().await {
                    server.call(reqwest::Method::DELETE, &index, None).await;
                }
            });
        });
        let _ = removal.join();
    }
}
