//! A web site to crawl that remembers how often each page was fetched.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::response::Html;
use axum::routing::get;
use sha2::{Digest, Sha256};

/// A site whose start page links to all others.
pub struct Site {
    url: String,
    fetches: Arc<Mutex<BTreeMap<usize, usize>>>,
}

impl Site {
    /// A site with this many pages besides the first.
    pub async fn start(pages: usize) -> Site {
        let links: String =
            (0..pages).map(|page| format!("<li><a href='/page/{page}'>문서 {page}</a></li>")).collect();
        let first = format!(
            "<html lang=ko><head><title>목록</title><meta name=robots content=noindex></head><body><ul>{links}</ul></body></html>"
        );
        let fetches: Arc<Mutex<BTreeMap<usize, usize>>> = Arc::default();
        let counted = fetches.clone();
        let page = async move |Path(page): Path<usize>| {
            *counted.lock().unwrap().entry(page).or_default() += 1;
            // Slow enough for a kill to come in between.
            tokio::time::sleep(Duration::from_millis(60)).await;
            Html(format!(
                "<html lang=ko><head><title>정책 자료 {page}</title></head><body><article><h1>정책 자료 {page}</h1>\
                 <p>2026년 3월 2일</p><p>이 문서는 시험을 위한 {page}번째 자료이다. 정부는 정책을 추진한다.</p></article></body></html>"
            ))
        };
        let router = Router::new()
            .route("/", get(async move || Html(first)))
            .route("/robots.txt", get(async || "User-agent: *\nAllow: /\n"))
            .route("/page/{page}", get(page));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Site { url, fetches }
    }

    /// Its first page.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How many fetches there were.
    pub fn fetched(&self) -> usize {
        self.fetches.lock().unwrap().values().sum()
    }

    /// The pages that were fetched more often than this.
    pub fn fetched_more_than(&self, times: usize) -> Vec<String> {
        let fetches = self.fetches.lock().unwrap();
        let often = fetches.iter().filter(|(_, count)| **count > times);
        often.map(|(page, count)| format!("page {page}: {count} times")).collect()
    }
}

/// The SHA-256 of a text in hexadecimal digits.
pub fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
