//! An auth server with one account of each role.

use std::collections::BTreeMap;
use std::time::Duration;

use auth::{SeedClient, SeedUser, Settings};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use service::{Clock, Role, SharedKeys};
use stores::sql::Database;
use test_stores::{Kind, TestStores};
use tokio::sync::OnceCell;
use tower::ServiceExt as _;

pub const START: i64 = 1_790_000_000_000_000;
pub const CREDENTIAL: &str = "the-gateways-credential";

/// A running auth server.
pub struct Fixture {
    pub router: Router,
    pub clock: Clock,
    pub keys: SharedKeys,
    pub database: Database,
    pub stores: TestStores,
}

/// The id of a seeded user: `user_id(0)` administers, 1 operates, 2 reads.
pub fn user_id(number: u8) -> String {
    format!("01900000-0000-7000-8000-0000000000{number:02}")
}

fn seed_users() -> Vec<SeedUser> {
    let roles = [("admin", Role::Administrator), ("operator", Role::Operator), ("reader", Role::Reader)];
    let users = roles.into_iter().zip(0..).map(|((name, role), number)| SeedUser {
        id: user_id(number),
        email: format!("{name}@knlab.example"),
        name: name.to_string(),
        roles: vec![role],
        password: format!("{name}-password"),
        created_at: START,
    });
    users.collect()
}

/// The seeded embedded database, made once: hashing takes its time.
static SEEDED: OnceCell<Vec<u8>> = OnceCell::const_new();

async fn seeded_file() -> Vec<u8> {
    let stores = TestStores::of(Kind::Embedded);
    let database = stores.database("auth").await;
    seed(&database).await;
    database.close().await;
    std::fs::read(stores.folder().join(FILE)).unwrap()
}

const FILE: &str = "sql/auth.sqlite";

async fn seed(database: &Database) {
    auth::migrate(database).await.unwrap();
    let secret = "the-crawlers-secret".to_string();
    let client = SeedClient { id: "crawler".into(), name: "The crawler".into(), secret, created_at: START };
    for _ in 0..2 {
        auth::seed(database, &seed_users(), std::slice::from_ref(&client)).await.unwrap();
    }
}

async fn seeded_database(stores: &TestStores) -> Database {
    if stores.kind() == Kind::Embedded {
        let file = stores.folder().join(FILE);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, SEEDED.get_or_init(seeded_file).await).unwrap();
        return stores.database("auth").await;
    }
    let database = stores.database("auth").await;
    seed(&database).await;
    database
}

impl Fixture {
    pub async fn new() -> Self {
        let stores = TestStores::new();
        let clock = Clock::manual(START);
        let database = seeded_database(&stores).await;
        let keys = SharedKeys::default();
        let router = router(stores.folder(), &clock, &keys, &database).await.unwrap();
        Self { router, clock, keys, database, stores }
    }

    /// A second server over the same database, as another process would open it.
    pub async fn second(&self) -> Router {
        let database = self.stores.database("auth").await;
        router(self.stores.folder(), &self.clock, &self.keys, &database).await.unwrap()
    }

    pub fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub async fn send(&self, request: Request<Body>) -> (u16, Value) {
        send(&self.router, request).await
    }

    /// Asks with a token; an empty one is none. Gives the whole answer.
    pub async fn ask(&self, token: &str, query: &str) -> Value {
        self.send(request(token, query, json!({}))).await.1
    }

    /// As `ask`, with variables.
    pub async fn ask_with(&self, token: &str, query: &str, variables: Value) -> Value {
        self.send(request(token, query, variables)).await.1
    }

    /// Signs in and gives the payload.
    pub async fn login(&self, name: &str, password: &str) -> Value {
        let query = "mutation ($email: String!, $password: String!) { login(input: { email: $email, password: $password, \
                     device: \"test\" }) { __typename ... on LoginSuccess { accessToken refreshToken accessTokenExpiresAt \
                     session { id current device } user { id email roles } } ... on TooManyAttempts { retryAt } } }";
        let email = format!("{name}@knlab.example");
        self.ask_with("", query, json!({ "email": email, "password": password })).await["data"]["login"]
            .take()
    }

    /// Signs in one of the seeded users and gives its access token.
    pub async fn token(&self, name: &str) -> String {
        text(&self.login(name, &format!("{name}-password")).await["accessToken"])
    }

    pub async fn refresh(&self, token: &str) -> Value {
        let query = "mutation ($t: String!) { refresh(refreshToken: $t) { __typename ... on RefreshSuccess { accessToken \
                     refreshToken user { email } session { id } } } }";
        self.ask_with("", query, json!({ "t": token })).await["data"]["refresh"].take()
    }

    /// The name of who is signed in by a token, or the code of the refusal.
    pub async fn me(&self, token: &str) -> String {
        let answer = self.ask(token, "{ me { name } }").await;
        match answer["data"]["me"]["name"].as_str() {
            Some(name) => name.to_string(),
            None => code(&answer),
        }
    }
}

/// What a server answers.
pub async fn send(router: &Router, request: Request<Body>) -> (u16, Value) {
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

/// A server over these parts.
pub async fn router(
    folder: &std::path::Path,
    clock: &Clock,
    keys: &SharedKeys,
    database: &Database,
) -> anyhow::Result<Router> {
    let callers = BTreeMap::from([("gateway".to_string(), CREDENTIAL.into())]);
    let mut server = service::Settings::in_process(folder, callers, keys.clone());
    server.clock = clock.clone();
    let settings = Settings { server, ..Settings::default() };
    Ok(auth::build(settings, database.clone()).await?.router)
}

pub fn request(token: &str, query: &str, variables: Value) -> Request<Body> {
    let body = json!({ "query": query, "variables": variables }).to_string();
    let mut request = Request::post("/graphql")
        .header("content-type", "application/json")
        .header("x-knlab-caller", "gateway")
        .header("x-knlab-credential", CREDENTIAL);
    if !token.is_empty() {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    request.body(Body::from(body)).unwrap()
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not text: {value}")).to_string()
}

/// The code of the first error; empty without errors.
pub fn code(answer: &Value) -> String {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_string()
}
