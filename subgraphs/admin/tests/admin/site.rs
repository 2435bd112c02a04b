//! A small real web site on loopback, with everything that makes sites hard.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, StatusCode, Uri, header};

use crate::fake_common::serve;

/// What a path answers.
#[derive(Clone)]
pub struct Page {
    status: u16,
    content_type: &'static str,
    location: Option<String>,
    body: Vec<u8>,
}

#[derive(Default)]
pub struct Site {
    pages: Mutex<HashMap<String, Page>>,
    /// How often each path was asked for.
    pub hits: Mutex<HashMap<String, usize>>,
    /// How many 503s a path answers before it answers properly.
    flaky: Mutex<HashMap<String, usize>>,
}

impl Site {
    pub async fn start() -> (Arc<Self>, String) {
        let site = Arc::new(Self::default());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&site));
        (site, serve(router).await)
    }

    pub fn put(&self, path: &str, status: u16, content_type: &'static str, body: impl Into<Vec<u8>>) {
        let page = Page { status, content_type, location: None, body: body.into() };
        self.pages.lock().unwrap().insert(path.into(), page);
    }

    pub fn html(&self, path: &str, body: &str) {
        self.put(path, 200, "text/html; charset=utf-8", body.as_bytes());
    }

    pub fn redirect(&self, path: &str, status: u16, location: &str) {
        let page =
            Page { status, content_type: "text/html", location: Some(location.into()), body: Vec::new() };
        self.pages.lock().unwrap().insert(path.into(), page);
    }

    pub fn flaky(&self, path: &str, failures: usize) {
        self.flaky.lock().unwrap().insert(path.into(), failures);
    }

    pub fn hits(&self, path: &str) -> usize {
        self.hits.lock().unwrap().get(path).copied().unwrap_or(0)
    }

    pub fn all_hits(&self) -> usize {
        self.hits.lock().unwrap().values().sum()
    }

    /// A site of `count` pages in a tree, each a document of its own.
    pub fn tree(&self, count: usize) {
        for number in 0..count {
            let children: String = [2 * number + 1, 2 * number + 2]
                .into_iter()
                .filter(|child| *child < count)
                .map(|child| format!("<a href='/p{child}'>{child}</a> "))
                .collect();
            let body = format!(
                "<title>Page {number}</title><p>This is page number {number} of the site.</p>{children}<a href='/p0'>up</a>"
            );
            self.html(&format!("/p{number}"), &body);
        }
    }
}

async fn answer(State(site): State<Arc<Site>>, uri: Uri) -> Response<Body> {
    let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    *site.hits.lock().unwrap().entry(path.clone()).or_default() += 1;
    let fails = match site.flaky.lock().unwrap().get_mut(&path) {
        Some(left) if *left > 0 => {
            *left -= 1;
            true
        }
        _ => false,
    };
    let page = site.pages.lock().unwrap().get(&path).cloned();
    let response = Response::builder();
    match page {
        _ if fails => response.status(503).body(Body::empty()),
        None => response
            .status(StatusCode::NOT_FOUND)
            .header(header::CONTENT_TYPE, "text/html")
            .body("gone".into()),
        Some(page) => {
            let mut response = response.status(page.status).header(header::CONTENT_TYPE, page.content_type);
            if let Some(location) = page.location {
                response = response.header(header::LOCATION, location);
            }
            response.body(page.body.into())
        }
    }
    .unwrap()
}
