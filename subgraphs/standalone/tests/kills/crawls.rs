//! Crawls one after another, each of a site of its own, started through the gateway.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::site::Site;
use crate::stage::Stage;
use crate::victim::Victim;

/// The pages of a site besides its first, which is not to be taken in.
const PAGES: usize = 40;
const AGAIN: Duration = Duration::from_millis(200);
/// How long one crawl may take, with everything killed in between.
const PATIENCE: Duration = Duration::from_secs(900);

const CREATE: &str = "mutation($input: CrawlSourceInput!) { createCrawlSource(input: $input) {
    __typename ... on CrawlSourceSaved { source { id } } } }";
const START: &str =
    "mutation($source: ID!, $key: String!) { startCrawl(sourceId: $source, idempotencyKey: $key) {
    __typename ... on CrawlStarted { run { id } } } }";
const RUN: &str = "query($run: ID!) { crawlRun(id: $run) { status counts { done failed } } }";

/// Crawls under way.
pub struct Crawls {
    task: JoinHandle<()>,
    shared: Arc<Shared>,
}

struct Shared {
    client: Client,
    url: String,
    token: String,
    name: &'static str,
    sites: Mutex<Vec<Arc<Site>>>,
    is_over: AtomicBool,
}

impl Crawls {
    /// Begins with the first.
    pub fn begin(stage: &Stage, victim: Victim) -> Crawls {
        let shared = Arc::new(Shared {
            client: stage.processes.client.clone(),
            url: format!("{}/graphql", stage.processes.url()),
            token: stage.token.clone(),
            name: victim.name(),
            sites: Mutex::default(),
            is_over: AtomicBool::new(false),
        });
        Crawls { task: tokio::spawn(shared.clone().crawl_all()), shared }
    }

    /// How many pages were fetched.
    pub fn fetched(&self) -> usize {
        self.shared.sites.lock().unwrap().iter().map(|site| site.fetched()).sum()
    }

    /// Ends after the crawl that is under way: the addresses of all pages that are to be there.
    pub async fn end(self) -> Vec<String> {
        self.shared.is_over.store(true, Ordering::Relaxed);
        self.task.await.unwrap();
        let sites = self.shared.sites.lock().unwrap();
        sites.iter().flat_map(|site| (0..PAGES).map(|page| format!("{}page/{page}", site.url()))).collect()
    }
}

impl Shared {
    async fn crawl_all(self: Arc<Self>) {
        for number in 0.. {
            let site = Arc::new(Site::start(PAGES).await);
            self.sites.lock().unwrap().push(site.clone());
            self.crawl(&site, &format!("{} {number}", self.name)).await;
            if self.is_over.load(Ordering::Relaxed) {
                return;
            }
        }
    }

    async fn crawl(&self, site: &Site, name: &str) {
        let input = json!({ "input": {
            "name": name, "startUrl": site.url(), "collection": "POLITICA", "allowPrivateHosts": true,
            "delayMs": 0, "maxPages": 1000, "maxDepth": 3,
        } });
        // Told twice, there is a second source that nobody crawls.
        let source = self.until_answered(CREATE, input, "/createCrawlSource/source/id").await;
        let start = json!({ "source": source, "key": name });
        let run = self.until_answered(START, start, "/startCrawl/run/id").await;
        let begin = Instant::now();
        loop {
            let told = self.until_answered(RUN, json!({ "run": run }), "/crawlRun").await;
            if told["status"] == json!("SUCCEEDED") {
                assert_eq!(told["counts"], json!({ "done": PAGES, "failed": 0 }), "{name}");
                return;
            }
            assert!(begin.elapsed() < PATIENCE && told["status"] != json!("FAILED"), "{name}: {told}");
            tokio::time::sleep(AGAIN).await;
        }
    }

    async fn until_answered(&self, query: &str, variables: Value, path: &str) -> Value {
        let body = json!({ "query": query, "variables": variables });
        let begin = Instant::now();
        let mut last = None;
        while begin.elapsed() < PATIENCE {
            let request = self.client.post(&self.url).bearer_auth(&self.token).json(&body);
            if let Ok(answer) = request.send().await
                && let Ok(answer) = answer.json::<Value>().await
            {
                if let Some(found) = answer["data"].pointer(path).filter(|found| !found.is_null()) {
                    return found.clone();
                }
                last = Some(answer);
            }
            tokio::time::sleep(AGAIN).await;
        }
        panic!("{query}: {last:?}");
    }
}
