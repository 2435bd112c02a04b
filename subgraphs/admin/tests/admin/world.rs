//! A private data folder, stores, schema and workers for one test.

use std::sync::Arc;
use std::time::Duration;

use admin::common_client::CommonClient;
use admin::crawl::{Sites, Wake, Worker};
use admin::files::links::Signer;
use admin::files::routes::{FileRoutes, routes};
use admin::schema::{AdminSchema, schema};
use admin::settings::{CommonSettings, CrawlSettings, Settings};
use admin::store::items::{Item, ItemState};
use admin::store::pages::Window;
use admin::store::sources::{Collection, Limits, Source};
use admin::store::{Store, Stores, new_id};
use async_graphql::{Request, Variables};
use axum::Router;
use serde_json::{Value, json};
use service::{Caller, Clock, Role, Secret, User};
use test_stores::{TestNas, TestStores};

/// The secret that the gateway shows.
pub const GATEWAY_SECRET: &str = "gateway-secret";

pub struct World {
    pub store: Store,
    pub schema: AdminSchema,
    pub settings: Settings,
    pub signer: Signer,
    sites: Sites,
    common: std::sync::OnceLock<CommonClient>,
    _of_the_test: TestStores,
    _nas: TestNas,
}

impl World {
    pub async fn new() -> Self {
        Self::with_clock(Clock::system()).await
    }

    pub async fn with_clock(clock: Clock) -> Self {
        Self::with_nas(clock, TestNas::new().await).await
    }

    pub async fn with_nas(clock: Clock, nas: TestNas) -> Self {
        let of_the_test = TestStores::new();
        let mut settings = Settings::default();
        settings.server.data = of_the_test.folder().to_owned();
        let database = of_the_test.database_settings("crawl_info").await;
        settings.stores.crawl_info = serde_json::from_value(database).unwrap();
        settings.stores.nas = serde_json::from_value(nas.settings()).unwrap();
        let stores = admin::open_stores(&settings).await.unwrap();
        let store = Store::open(stores, clock).await.unwrap();
        settings.server.callers.insert("gateway".into(), Secret::from(GATEWAY_SECRET));
        settings.crawl = quick();
        let signer = Signer::new(b"a secret of the tests that signs links").unwrap();
        let schema = schema(store.clone(), &settings, signer.clone(), Wake::default());
        let sites = Sites::new(Duration::from_secs(5)).unwrap();
        Self {
            store,
            schema,
            settings,
            signer,
            sites,
            common: Default::default(),
            _of_the_test: of_the_test,
            _nas: nas,
        }
    }

    /// The same stores, opened once more, as another replica or a restart sees them.
    pub async fn reopened(&self, clock: Clock) -> Store {
        Store::open(admin::open_stores(&self.settings).await.unwrap(), clock).await.unwrap()
    }

    pub fn stores(&self) -> Stores {
        Stores { crawl_info: self.store.database.clone(), files: self.store.files.clone() }
    }

    pub fn worker(&self, common_url: &str) -> Worker {
        let settings = CommonSettings {
            url: format!("{common_url}/graphql").into(),
            credential: Secret::from(crate::fake_common::CREDENTIAL),
            timeout_seconds: 5,
        };
        let common = self.common.get_or_init(|| CommonClient::over_http(&settings).unwrap()).clone();
        Worker::new(
            self.store.clone(),
            common,
            self.settings.crawl.clone(),
            self.sites.clone(),
            Wake::default(),
        )
    }

    pub fn router(&self) -> Router {
        let callers = Arc::new(self.settings.server.callers.clone());
        routes(FileRoutes { store: self.store.clone(), signer: self.signer.clone(), callers })
    }

    /// The whole server, without what runs beside the requests.
    pub async fn server(&self) -> Router {
        let common = CommonClient::over_http(&CommonSettings::default()).unwrap();
        admin::build(self.settings.clone(), self.stores(), common).await.unwrap().router
    }

    /// Executes as a user with this role, or as nobody.
    pub async fn ask_as(&self, role: Option<Role>, query: &str, variables: Value) -> Value {
        let response = self.schema.execute(request(role, query, variables)).await;
        serde_json::to_value(response).unwrap()
    }

    /// Executes as an operator; errors fail the test.
    pub async fn ask(&self, query: &str, variables: Value) -> Value {
        let answer = self.ask_as(Some(Role::Operator), query, variables).await;
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"].clone()
    }

    /// A source that begins at `start`.
    pub async fn source(&self, start: &str) -> Source {
        let source = source(start);
        self.store.save_source(&source).await.unwrap();
        source
    }

    /// Starts a crawl and gives the run's id.
    pub async fn start(&self, source: &Source, key: &str) -> String {
        let query = "mutation($id: ID!, $key: String!) { startCrawl(sourceId: $id, idempotencyKey: $key) { __typename \
            ... on CrawlStarted { created run { id } } } }";
        let data = self.ask(query, json!({ "id": source.id, "key": key })).await;
        data["startCrawl"]["run"]["id"].as_str().unwrap_or_else(|| panic!("{data:#}")).to_owned()
    }

    /// Waits until the run has ended.
    pub async fn ended(&self, run: &str) -> admin::store::runs::Run {
        for _ in 0..3_000 {
            let found = self.store.run(run).await.unwrap().unwrap();
            if found.status.ended() {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the run does not end: {:#?}", self.items(run).await);
    }

    pub async fn items(&self, run: &str) -> Vec<Item> {
        let window = Window { limit: 10_000, after: None };
        self.store
            .items_of(&[run.to_owned()], None::<ItemState>, window)
            .await
            .unwrap()
            .remove(run)
            .unwrap_or_default()
    }

    /// Runs a worker until the run has ended.
    pub async fn crawl(&self, source: &Source, common_url: &str) -> admin::store::runs::Run {
        let run = self.start(source, &new_id()).await;
        tokio::select! {
            () = self.worker(common_url).work() => unreachable!(),
            run = self.ended(&run) => run,
        }
    }
}

pub fn quick() -> CrawlSettings {
    CrawlSettings {
        lease_ms: 400,
        poll_ms: 10,
        retry_ms: 5,
        fetch_attempts: 3,
        request_timeout_seconds: 5,
        ..CrawlSettings::default()
    }
}

pub fn source(start: &str) -> Source {
    let prefix = url::Url::parse(start).unwrap().join("/").unwrap();
    Source {
        id: new_id(),
        name: "시험 누리집".into(),
        start_url: start.into(),
        url_prefix: prefix.into(),
        collection: Collection::Politica,
        category_id: Some("category-1".into()),
        organization_id: None,
        limits: Limits { max_pages: 200, max_depth: 10, max_bytes: 100_000, delay_ms: 0 },
        allow_private_hosts: true,
        interval_seconds: None,
        next_run_at: None,
        active: true,
        created_by: None,
        created_at: 1,
        updated_at: 1,
    }
}

pub fn request(role: Option<Role>, query: &str, variables: Value) -> Request {
    let user = role.map(|role| User {
        id: "00000000-0000-7000-8000-000000000001".into(),
        roles: vec![role],
        session: None,
        expires: i64::MAX,
    });
    let caller = Caller { user, via: "gateway".into() };
    Request::new(query).variables(Variables::from_json(variables)).data(caller)
}
