//! A folder of a WebDAV server. Contents are put beside the others and moved to their key when they are whole, with
//! `Overwrite: F`. Putting and moving are our own requests: opendal holds a whole content in memory and always overwrites.

use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::{self, Stream};
use opendal::Operator;
use reqwest::{Body, Client, Method, RequestBuilder, StatusCode, header};
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

use super::engine::{Engine, Upload, sorted, unavailable};
use super::http;
use super::key::{PARTIALS, partial};
use super::place::WebdavPlace;
use crate::{Result, StoreError};

pub(super) struct Webdav {
    operator: Operator,
    server: Arc<Server>,
}

impl Webdav {
    pub(super) fn open(place: &WebdavPlace) -> Result<Self> {
        let url = place.url.trim_end_matches('/').to_owned();
        let builder = opendal::services::Webdav::default()
            .endpoint(&url)
            .username(&place.user)
            .password(&place.password);
        let client = http::client()?;
        let operator = http::operator(builder, client.clone())?;
        let server = Server {
            client,
            url,
            user: place.user.clone(),
            password: place.password.clone(),
            operator: operator.clone(),
        };
        Ok(Self { operator, server: Arc::new(server) })
    }
}

#[async_trait]
impl Engine for Webdav {
    fn operator(&self) -> &Operator {
        &self.operator
    }

    async fn ping(&self) -> Result<()> {
        let request = self.server.request("PROPFIND", "")?.header("depth", "0");
        match self.server.status(request).await? {
            StatusCode::MULTI_STATUS => Ok(()),
            status => Err(unavailable(&format!("the WebDAV folder answers {status}"))),
        }
    }

    async fn begin(&self, key: &str) -> Result<Box<dyn Upload>> {
        let partial = partial();
        self.server.make_folder(PARTIALS).await?;
        let (pieces, received) = mpsc::channel(1);
        let put = self.server.request("PUT", &partial)?.body(Body::wrap_stream(body(received)));
        let server = Arc::clone(&self.server);
        let answer = AbortOnDropHandle::new(tokio::spawn(async move { server.status(put).await }));
        let server = Arc::clone(&self.server);
        Ok(Box::new(WebdavUpload {
            server,
            partial,
            key: key.to_owned(),
            pieces: Some(pieces),
            answer: Some(answer),
        }))
    }
}

/// The pieces up to the end, which is a `None`. A sender that goes away before breaks the request off, so that the server does
/// not take what came for the whole.
fn body(received: mpsc::Receiver<Option<Bytes>>) -> impl Stream<Item = io::Result<Bytes>> {
    stream::unfold(Some(received), async |received| {
        let mut received = received?;
        match received.recv().await {
            Some(Some(piece)) => Some((Ok(piece), Some(received))),
            Some(None) => None,
            None => Some((Err(io::ErrorKind::BrokenPipe.into()), None)),
        }
    })
}

/// The server, for requests of our own.
struct Server {
    client: Client,
    url: String,
    user: String,
    password: String,
    operator: Operator,
}

impl Server {
    fn request(&self, method: &str, path: &str) -> Result<RequestBuilder> {
        let method =
            Method::from_bytes(method.as_bytes()).map_err(|error| StoreError::Internal(error.to_string()))?;
        let request = self.client.request(method, format!("{}/{path}", self.url));
        Ok(match self.user.is_empty() {
            true => request,
            false => request.basic_auth(&self.user, Some(&self.password)),
        })
    }

    async fn status(&self, request: RequestBuilder) -> Result<StatusCode> {
        request.send().await.map(|answer| answer.status()).map_err(|error| unavailable(&error.without_url()))
    }

    async fn make_folder(&self, path: &str) -> Result<()> {
        match self.status(self.request("MKCOL", &format!("{path}/"))?).await? {
            // 405: it is there.
            StatusCode::CREATED | StatusCode::METHOD_NOT_ALLOWED => Ok(()),
            status => Err(unavailable(&format!("making a folder: {status}"))),
        }
    }

    /// Moves a partial to its key unless something stands there.
    async fn publish(&self, partial: &str, key: &str) -> Result<()> {
        let mut status = self.move_to_free_name(partial, key).await?;
        if let (StatusCode::CONFLICT | StatusCode::NOT_FOUND, Some((folder, _))) =
            (status, key.rsplit_once('/'))
        {
            let made = self.operator.create_dir(&format!("{folder}/")).await;
            made.map_err(|error| sorted(key, &error))?;
            status = self.move_to_free_name(partial, key).await?;
        }
        match status {
            StatusCode::CREATED | StatusCode::NO_CONTENT => Ok(()),
            StatusCode::PRECONDITION_FAILED => Err(StoreError::AlreadyExists { constraint: key.to_owned() }),
            status => Err(unavailable(&format!("moving a content: {status}"))),
        }
    }

    async fn move_to_free_name(&self, partial: &str, key: &str) -> Result<StatusCode> {
        let request = self.request("MOVE", partial)?;
        let request = request.header("destination", format!("{}/{key}", self.url)).header("overwrite", "F");
        self.status(request.header(header::CONTENT_LENGTH, 0)).await
    }
}

struct WebdavUpload {
    server: Arc<Server>,
    partial: String,
    key: String,
    pieces: Option<mpsc::Sender<Option<Bytes>>>,
    answer: Option<AbortOnDropHandle<Result<StatusCode>>>,
}

impl WebdavUpload {
    /// The server's answer to the put.
    async fn answered(&mut self) -> Result<()> {
        let Some(answer) = &mut self.answer else { return Ok(()) };
        let status = answer.await.map_err(|error| StoreError::Internal(error.to_string()))?;
        self.answer = None;
        match status? {
            StatusCode::CREATED | StatusCode::NO_CONTENT | StatusCode::OK => Ok(()),
            status => Err(unavailable(&format!("putting a content: {status}"))),
        }
    }
}

#[async_trait]
impl Upload for WebdavUpload {
    async fn write(&mut self, piece: Bytes) -> Result<()> {
        let Some(pieces) = &self.pieces else {
            return Err(StoreError::Internal("an ended put is written".to_owned()));
        };
        if pieces.send(Some(piece)).await.is_ok() {
            return Ok(());
        }
        // The server has answered before the end.
        self.answered().await?;
        Err(unavailable(&"the server took only a part of the content"))
    }

    async fn publish(&mut self) -> Result<()> {
        if let Some(pieces) = &self.pieces {
            // An error means that the server has answered before the end; the answer tells.
            let _ = pieces.send(None).await;
        }
        self.answered().await?;
        self.server.publish(&self.partial, &self.key).await
    }

    async fn discard(&mut self) {
        self.pieces = None;
        self.answer = None;
        if let Err(error) = self.server.operator.delete(&self.partial).await {
            tracing::warn!(%error, "a partial content stays until it is swept");
        }
    }
}
