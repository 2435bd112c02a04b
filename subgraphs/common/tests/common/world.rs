//! A common server for one test: its own files, a clock that stands still, callers with real tokens.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use common::indexer::IndexerSettings;
use common::seed::{Category, NewDocument, Organization};
use common::{Indexer, Settings, Stores, seed};
use http_body_util::BodyExt as _;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use service::{Clock, SharedKeys};
use stores::search::{Collection, SearchReader, SearchWriter};
use test_stores::TestStores;
use tower::ServiceExt as _;

use crate::faulty_index::FaultyIndex;

/// A key pair made for these tests.
const PRIVATE_KEY: &str = "MC4CAQAwBQYDK2VwBCIEINmRAsLsXo4zf6DMBpJGitX4AA3NCCkE0tfiG5FQzlMf";
const PUBLIC_KEY: &str = "LRRWoS4XN_25IEfVXMRlZyAnMfEuoTYJvXXDeSatyCI";

/// 2027-01-15T08:00:00Z in microseconds.
pub const START: i64 = 1_800_000_000_000_000;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Nobody, through the gateway.
    Anonymous,
    /// A reader of that id.
    Reader(&'static str),
    /// An operator.
    Operator,
    /// An administrator.
    Administrator,
    /// A program with a service token, through the gateway.
    Program,
    /// The admin server with a service token.
    AdminWithToken,
    /// The admin server by itself.
    AdminAlone,
    /// The admin server with a reader's token.
    AdminForReader,
}

impl Who {
    fn caller(self) -> (&'static str, &'static str) {
        match self {
            Self::AdminWithToken | Self::AdminAlone | Self::AdminForReader => ("admin", "admins-secret"),
            _ => ("gateway", "gateways-secret"),
        }
    }

    fn token(self, clock: &Clock) -> Option<String> {
        match self {
            Self::Anonymous | Self::AdminAlone => None,
            Self::Reader(id) => Some(token(id, "reader", clock)),
            Self::AdminForReader => Some(token("reader-1", "reader", clock)),
            Self::Operator => Some(token("operator-1", "operator", clock)),
            Self::Administrator => Some(token("administrator-1", "administrator", clock)),
            Self::Program | Self::AdminWithToken => Some(token("service:crawler", "service", clock)),
        }
    }
}

fn token(subject: &str, role: &str, clock: &Clock) -> String {
    let now = clock.now_seconds();
    let claims = json!({ "iss": "knlab-auth", "aud": "knlab", "sub": subject, "iat": now, "exp": now + 600,
                         "jti": "1", "sid": "s", "roles": [role] });
    let header =
        Header { kid: Some("test".into()), typ: Some("at+jwt".into()), ..Header::new(Algorithm::EdDSA) };
    let der = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, PRIVATE_KEY).unwrap();
    encode(&header, &claims, &EncodingKey::from_ed_der(&der)).unwrap()
}

/// A server and what a test may look into.
pub struct World {
    pub stores: Stores,
    pub clock: Clock,
    pub index: FaultyIndex,
    pub indexer: Indexer,
    router: Router,
    of_the_test: Arc<TestStores>,
}

impl World {
    /// A server with three categories (`science` above `energy`, `labour`) and two organizations.
    pub async fn new() -> Self {
        let index = FaultyIndex::default();
        let shared = Arc::new(index.clone());
        Self::on(shared.clone(), shared, index).await
    }

    /// As `new`, on another index.
    pub async fn on(
        reader: Arc<dyn SearchReader>,
        writer: Arc<dyn SearchWriter>,
        index: FaultyIndex,
    ) -> Self {
        let of_the_test = Arc::new(TestStores::new());
        let world = Self::over(of_the_test, (reader, writer, index), Clock::manual(START)).await;
        seed::categories(&world.stores, &categories()).await.unwrap();
        seed::organizations(&world.stores, &organizations()).await.unwrap();
        world
    }

    /// A second server over the same databases, opened as another process would, and over the same index.
    pub async fn second(&self) -> Self {
        let engine =
            (self.stores.search_reader.clone(), self.stores.search_writer.clone(), self.index.clone());
        Self::over(self.of_the_test.clone(), engine, self.clock.clone()).await
    }

    async fn over(
        of_the_test: Arc<TestStores>,
        (search_reader, search_writer, index): (Arc<dyn SearchReader>, Arc<dyn SearchWriter>, FaultyIndex),
        clock: Clock,
    ) -> Self {
        let stores = Stores {
            document_meta: of_the_test.database("document_meta").await,
            common: of_the_test.database("common").await,
            search_reader,
            search_writer,
        };
        let settings = Settings { server: server_settings(&clock), indexer: lively(), ..Settings::default() };
        let indexer = Indexer::new(stores.clone(), clock.clone(), settings.indexer.clone());
        let server = common::build_with(settings, stores.clone(), indexer.clone()).await.unwrap();
        Self { stores, clock, index, indexer, router: server.router, of_the_test }
    }

    /// The whole answer to an operation.
    pub async fn ask(&self, who: Who, query: &str, variables: Value) -> Value {
        let (caller, credential) = who.caller();
        let mut request = Request::post("/graphql")
            .header("content-type", "application/json")
            .header("x-knlab-caller", caller)
            .header("x-knlab-credential", credential);
        if let Some(token) = who.token(&self.clock) {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = json!({ "query": query, "variables": variables }).to_string();
        let response = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        serde_json::from_slice(&bytes).unwrap()
    }

    /// The data of an answer without errors.
    pub async fn data(&self, who: Who, query: &str, variables: Value) -> Value {
        let mut answer = self.ask(who, query, variables).await;
        assert!(answer.get("errors").is_none(), "{query}\n{answer:#}");
        answer["data"].take()
    }

    /// Ingests a document as an operator; the payload.
    pub async fn ingest(&self, key: &str, input: Value) -> Value {
        let mut data = self.data(Who::Operator, INGEST, json!({ "key": key, "input": input })).await;
        data["ingestDocument"].take()
    }

    /// Ingests a document that is new; its id.
    pub async fn ingest_new(&self, title: &str) -> String {
        let payload = self.ingest(title, document(title)).await;
        assert_eq!(payload["outcome"], "CREATED", "{payload}");
        payload["documentId"].as_str().unwrap().to_owned()
    }

    /// Another indexer on the same stores, as a second replica or after a restart.
    pub fn replica(&self) -> Indexer {
        Indexer::new(self.stores.clone(), self.clock.clone(), lively())
    }

    /// Fails unless the index holds exactly the rows of Document Meta that exist, each at its version, and nothing waits.
    pub async fn assert_converged(&self) {
        let rows = self
            .stores
            .document_meta
            .query("SELECT id, version FROM documents WHERE deleted_at IS NULL", &[]);
        let rows: BTreeMap<String, i64> = rows
            .await
            .unwrap()
            .iter()
            .map(|row| (row.text("id").unwrap(), row.int("version").unwrap()))
            .collect();
        assert_eq!(self.index.found(), rows, "the index differs from the database");
        assert_eq!(self.waiting().await, 0, "entries wait in the outbox");
    }

    /// How many entries wait in the outbox.
    pub async fn waiting(&self) -> i64 {
        let row =
            self.stores.document_meta.query_optional("SELECT COUNT(*) AS n FROM outbox", &[]).await.unwrap();
        row.unwrap().int("n").unwrap()
    }

    /// Waits until `done`, at most ten seconds.
    pub async fn until(&self, what: &str, mut done: impl AsyncFnMut() -> bool) {
        for _ in 0..1_000 {
            if done().await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("waited in vain for: {what}");
    }
}

/// What `ingest` sends.
pub const INGEST: &str = "mutation ($input: IngestDocumentInput!, $key: String!) {
    ingestDocument(input: $input, idempotencyKey: $key) {
        __typename
        ... on IngestDocumentSuccess { documentId version outcome document { id } }
        ... on IdempotencyConflict { documentId message }
        ... on DocumentWasDeleted { documentId }
        ... on InvalidFields { problems { field message } }
    }
}";

/// The input of a policy document.
pub fn document(title: &str) -> Value {
    json!({ "collection": "POLITICA", "title": title, "summary": "요약", "body": "본문 body", "language": "ko",
            "publishedAt": "2026-05-01T00:00:00Z", "categoryId": "energy", "organizationId": "me",
            "keywords": ["기후", "탄소"], "policy": { "policyArea": "legislation", "stage": "agenda" } })
}

/// A document for `seed`.
pub fn row(number: usize) -> NewDocument {
    let collections = [Collection::Politica, Collection::Screening, Collection::Project];
    NewDocument {
        id: Some(format!("00000000-0000-7000-8000-{number:012}")),
        collection: collections[number % 3],
        title: format!("문서 {number}"),
        summary: "요약".into(),
        body: "본문".into(),
        language: "ko".into(),
        author: None,
        source_url: None,
        published_at: START - i64::try_from(number).unwrap() * 86_400_000_000,
        category_id: Some(["energy", "labour", "science"][number % 3].into()),
        organization_id: Some(["me", "moel"][number % 2].into()),
        keywords: vec![format!("낱말 {}", number % 7), "공통".into()],
        details: json!({}),
    }
}

fn categories() -> Vec<Category> {
    let category =
        |(position, (id, parent, name_ko, name_en)): (i64, (&str, Option<&str>, &str, &str))| Category {
            id: id.into(),
            slug: id.into(),
            parent_id: parent.map(Into::into),
            position,
            name_ko: name_ko.into(),
            name_en: name_en.into(),
            created_at: START,
            updated_at: START,
        };
    let rows = [
        ("science", None, "과학", "Science"),
        ("energy", Some("science"), "에너지", "Energy"),
        ("labour", None, "노동", "Labour"),
    ];
    (0..).zip(rows).map(category).collect()
}

fn organizations() -> Vec<Organization> {
    let organization = |(id, name_ko, name_en): (&str, &str, &str)| Organization {
        id: id.into(),
        slug: id.into(),
        name_ko: name_ko.into(),
        name_en: name_en.into(),
        kind: "ministry".into(),
        homepage: None,
        created_at: START,
        updated_at: START,
    };
    [("me", "환경부", "Ministry of Environment"), ("moel", "고용노동부", "Ministry of Employment and Labor")]
        .map(organization)
        .into()
}

fn server_settings(clock: &Clock) -> service::Settings {
    let keys = SharedKeys::default();
    let jwks = json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": "test", "x": PUBLIC_KEY }] });
    keys.publish(serde_json::from_value(jwks).unwrap());
    let callers = BTreeMap::from([
        ("gateway".to_owned(), "gateways-secret".into()),
        ("admin".to_owned(), "admins-secret".into()),
    ]);
    service::Settings { clock: clock.clone(), ..service::Settings::in_process("unused", callers, keys) }
}

/// Only the wake-up call makes this indexer look, not the time.
fn lively() -> IndexerSettings {
    IndexerSettings { poll_milliseconds: 600_000, ..IndexerSettings::default() }
}
