//! What somebody does first with a new installation, by HTTP and from outside.

use std::time::{Duration, Instant};

use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::client;
use crate::site::sha256;

/// How long something may take that the system does by itself.
const LIMIT: Duration = Duration::from_secs(60);
const CONTENT: &str = "원본 파일의 내용";
const COLLEAGUE: (&str, &str) = ("new.colleague", "a-first-password-1");

/// Who has the address of a new installation, and the password of its first administrator.
pub struct Newcomer {
    client: Client,
    url: String,
    password: String,
}

impl Newcomer {
    pub fn new(url: String, password: &str) -> Self {
        Self { client: Client::new(), url, password: password.to_owned() }
    }

    /// Everything once that needs a store: accounts, shared tables, a crawl, searches, a rebuilt index, files.
    pub async fn settles_in(&self, site: &str, pages: usize) {
        let administrator = self.token("admin", &self.password).await;
        self.employs(&administrator).await;
        let operator = self.token(COLLEAGUE.0, COLLEAGUE.1).await;
        let query = "mutation($input: CreateCategoryInput!) { createCategory(input: $input) { __typename } }";
        let input = json!({ "slug": "hydrogen", "nameKo": "수소", "nameEn": "Hydrogen" });
        self.mutate(&administrator, query, json!({ "input": input }), "CreateCategorySuccess").await;
        self.crawls(&administrator, site).await;
        self.finds_pages(&operator, pages).await;
        self.rebuilds_the_index(&operator, pages).await;
        self.keeps_a_file(&operator).await;
    }

    /// What was there before is there, and the first administrator was not made again.
    pub async fn finds_everything(&self, pages: usize) {
        let administrator = self.token("admin", &self.password).await;
        let query = "{ users { totalCount } category(slug: \"hydrogen\") { name } }";
        let expected = json!({ "users": { "totalCount": 2 }, "category": { "name": "수소" } });
        assert_eq!(self.ask(&administrator, query).await["data"], expected);
        self.finds_pages(&self.token(COLLEAGUE.0, COLLEAGUE.1).await, pages).await;
    }

    async fn employs(&self, administrator: &str) {
        let query = "mutation($input: CreateUserInput!) { createUser(input: $input) { __typename } }";
        let (login, password) = COLLEAGUE;
        let input = json!({ "email": format!("{login}@knlab.example"), "name": "새 동료", "roles": ["OPERATOR"],
                            "password": password });
        self.mutate(administrator, query, json!({ "input": input }), "UserCreated").await;
    }

    async fn crawls(&self, administrator: &str, site: &str) {
        let query = "mutation($input: CrawlSourceInput!) { createCrawlSource(input: $input) { __typename
                     ... on CrawlSourceSaved { source { id } } } }";
        let input = json!({ "name": "시험 사이트", "startUrl": site, "collection": "POLITICA", "delayMs": 0,
                            "allowPrivateHosts": true, "maxPages": 10, "maxDepth": 2 });
        let saved = self.mutate(administrator, query, json!({ "input": input }), "CrawlSourceSaved").await;
        let query = "mutation($source: ID!) { startCrawl(sourceId: $source, idempotencyKey: \"first\") { __typename } }";
        self.mutate(administrator, query, json!({ "source": saved["source"]["id"] }), "CrawlStarted").await;
    }

    /// Each crawled page is found, and its original is what the site had.
    async fn finds_pages(&self, token: &str, pages: usize) {
        let query = "{ search(text: \"정책\", first: 10) { totalCount edges { node { title
                     originalFile { size downloadUrl } } } } }";
        let is_whole = |answer: &Value| answer["data"]["search"]["totalCount"] == json!(pages);
        let found = self.until(token, query, is_whole).await;
        for edge in found["data"]["search"]["edges"].as_array().unwrap() {
            let file = &edge["node"]["originalFile"];
            let content = self.get(&file["downloadUrl"]).await;
            assert_eq!(json!(content.len()), file["size"], "{content}");
            assert!(content.contains(edge["node"]["title"].as_str().unwrap()), "{content}");
        }
    }

    /// Searches go on with the rebuilt one.
    async fn rebuilds_the_index(&self, operator: &str, pages: usize) {
        let query = "mutation { reindex(collection: POLITICA) { __typename } }";
        self.mutate(operator, query, json!({}), "ReindexStarted").await;
        let query = "{ reindexRuns(first: 1) { edges { node { state documents } } } }";
        let published = json!({ "state": "PUBLISHED", "documents": pages });
        let is_published = |answer: &Value| answer["data"]["reindexRuns"]["edges"][0]["node"] == published;
        self.until(operator, query, is_published).await;
        self.finds_pages(operator, pages).await;
    }

    /// Up and down by the links that the gateway passes on.
    async fn keeps_a_file(&self, operator: &str) {
        let query = "mutation($input: CreateUploadInput!) { createUpload(input: $input) { __typename
                     ... on UploadTicket { id uploadUrl } } }";
        let input = json!({ "name": "원본.txt", "size": CONTENT.len() });
        let ticket = self.mutate(operator, query, json!({ "input": input }), "UploadTicket").await;
        let sent = self.client.put(self.link(&ticket["uploadUrl"])).body(CONTENT).send().await.unwrap();
        assert_eq!(sent.status(), StatusCode::CREATED);
        let query =
            "mutation($id: ID!, $sha256: String!) { completeUpload(id: $id, sha256: $sha256) { __typename
             ... on UploadCompleted { file { downloadUrl } } } }";
        let variables = json!({ "id": ticket["id"], "sha256": sha256(CONTENT) });
        let completed = self.mutate(operator, query, variables, "UploadCompleted").await;
        assert_eq!(self.get(&completed["file"]["downloadUrl"]).await, CONTENT);
    }

    fn link(&self, path: &Value) -> String {
        format!("{}{}", self.url, path.as_str().unwrap())
    }

    async fn get(&self, path: &Value) -> String {
        self.client.get(self.link(path)).send().await.unwrap().text().await.unwrap()
    }

    fn post(&self) -> RequestBuilder {
        self.client.post(format!("{}/graphql", self.url))
    }

    async fn token(&self, login: &str, password: &str) -> String {
        client::token(self.post(), login, password).await
    }

    async fn ask(&self, token: &str, query: &str) -> Value {
        client::ask(self.post(), Some(token), query, json!({})).await
    }

    /// The payload of a mutation, which has to be of this type.
    async fn mutate(&self, token: &str, query: &str, variables: Value, expected: &str) -> Value {
        let answer = client::ask(self.post(), Some(token), query, variables).await;
        let payload = answer["data"].as_object().and_then(|data| data.values().next());
        let payload = payload.filter(|payload| payload["__typename"] == json!(expected));
        payload.unwrap_or_else(|| panic!("{query}: {answer}")).clone()
    }

    /// Asks until the answer is as it will be.
    async fn until(&self, token: &str, query: &str, is_right: impl Fn(&Value) -> bool) -> Value {
        let begin = Instant::now();
        loop {
            let answer = self.ask(token, query).await;
            if is_right(&answer) {
                return answer;
            }
            assert!(begin.elapsed() < LIMIT, "{query}: {answer}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}
