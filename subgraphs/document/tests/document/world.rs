//! The document server's schema over stores of its own, with documents planted in both.

use async_graphql::{Request, Variables};
use document::{DocumentSchema, Stores};
use serde_json::{Value, json};
use stores::params;
use stores::search::{Collection, IndexedDocument};
use stores::sql::{Database, Migrations, Migrator};
use test_stores::{TestSearch, TestStores};

static SQLITE: Migrator = sqlx::migrate!("../../migrations/document_meta/sqlite");
static MYSQL: Migrator = sqlx::migrate!("../../migrations/document_meta/mysql");
const DOCUMENT_META: Migrations = Migrations { sqlite: &SQLITE, mysql: &MYSQL };

pub const DAY: i64 = 86_400_000_000;
/// 2026-01-01.
pub const NEW_YEAR: i64 = 1_767_225_600_000_000;

pub struct World {
    pub schema: DocumentSchema,
    pub stores: Stores,
    search: TestSearch,
    _of_the_test: TestStores,
}

impl World {
    /// Empty stores; the schema reads the index as another process would.
    pub async fn new() -> Self {
        let of_the_test = TestStores::new();
        let document_meta = of_the_test.database("document_meta").await;
        document_meta.migrate(&DOCUMENT_META).await.unwrap();
        let search = of_the_test.search().await;
        let stores = Stores { document_meta, search: search.reader.clone() };
        Self { schema: document::schema(&stores), stores, search, _of_the_test: of_the_test }
    }

    /// With these documents in Document Meta and in the indexes.
    pub async fn with(documents: &[IndexedDocument]) -> Self {
        let world = Self::new().await;
        world.plant(documents).await;
        world
    }

    pub async fn plant(&self, documents: &[IndexedDocument]) {
        for document in documents {
            insert(&self.stores.document_meta, document).await;
        }
        self.search.writer.put(documents).await.unwrap();
    }

    /// As common deletes: a tombstone in Document Meta; the index learns of it later.
    pub async fn delete(&self, id: &str) {
        let sql = "UPDATE documents SET deleted_at = 1, version = version + 1 WHERE id = ?";
        assert_eq!(self.stores.document_meta.execute(sql, params![id]).await.unwrap(), 1);
    }

    /// The whole answer.
    pub async fn answer(&self, query: &str, variables: Value) -> Value {
        let request = Request::new(query).variables(Variables::from_json(variables));
        serde_json::to_value(self.schema.execute(request).await).unwrap()
    }

    /// The data of an answer without errors.
    pub async fn data(&self, query: &str, variables: Value) -> Value {
        let answer = self.answer(query, variables).await;
        assert_eq!(answer["errors"], Value::Null, "{query}");
        answer["data"].clone()
    }

    /// The code and path of the only error of an answer.
    pub async fn error(&self, query: &str, variables: Value) -> (String, Value) {
        let answer = self.answer(query, variables).await;
        let errors = answer["errors"].as_array().unwrap();
        assert_eq!(errors.len(), 1, "{answer}");
        (errors[0]["extensions"]["code"].as_str().unwrap_or_default().to_owned(), errors[0]["path"].clone())
    }
}

async fn insert(database: &Database, document: &IndexedDocument) {
    let details = match document.collection {
        Collection::Politica => json!({"policyArea": "legislation", "stage": "passed"}),
        Collection::Screening => {
            json!({"riskLevel": "high", "screenedAt": NEW_YEAR, "reason": "사실과 다름"})
        }
        Collection::Project => {
            json!({"projectNumber": "R-7", "budget": 9_000_000_000_i64, "startsOn": NEW_YEAR, "lead": "김 교수"})
        }
    };
    let sql = "INSERT INTO documents (id, collection, title, summary, body, language, author, source_url, published_at, \
               category_id, organization_id, details, content_hash, version, created_at, updated_at, deleted_at) \
               VALUES (?, ?, ?, ?, ?, ?, NULL, ?, ?, ?, ?, ?, 'hash', ?, ?, ?, NULL)";
    let args = params![
        &document.id,
        document.collection.name(),
        &document.title,
        &document.summary,
        &document.body,
        &document.language,
        format!("https://example.org/{}", document.id),
        document.published_at,
        document.category_ids.last().cloned(),
        document.organization_id.clone(),
        details.to_string(),
        document.version,
        NEW_YEAR,
        NEW_YEAR + 1,
    ];
    database.execute(sql, args).await.unwrap();
    for (position, keyword) in (0_i64..).zip(&document.keywords) {
        let sql = "INSERT INTO document_keywords (document_id, position, keyword) VALUES (?, ?, ?)";
        database.execute(sql, params![&document.id, position, keyword]).await.unwrap();
    }
}

/// Documents `d000`, `d001`, … one a day from the new year of 2026, the collections in turn.
pub fn documents(count: usize) -> Vec<IndexedDocument> {
    (0..count).map(document).collect()
}

fn document(number: usize) -> IndexedDocument {
    let is_korean = number.is_multiple_of(2);
    let (title, body) = match is_korean {
        true => (format!("예산안 심의 {number}호"), "국회는 예산안을 심의했다. 보건 복지 예산이 늘었다."),
        false => (format!("Budget debate {number}"), "The National Assembly debated the budget."),
    };
    IndexedDocument {
        id: format!("d{number:03}"),
        collection: Collection::ALL[number % 3],
        version: 1,
        title,
        summary: if is_korean { "심의 경과" } else { "Course of the debate" }.to_owned(),
        body: body.to_owned(),
        language: if is_korean { "ko" } else { "en" }.to_owned(),
        published_at: NEW_YEAR + DAY * i64::try_from(number).unwrap(),
        category_ids: vec!["economy".to_owned(), ["budget", "tax"][number % 2].to_owned()],
        organization_id: (!number.is_multiple_of(4)).then(|| format!("org{}", number % 2)),
        keywords: vec!["예산".to_owned(), format!("word{}", number % 5)],
    }
}

/// The ids of a connection's nodes.
pub fn ids(connection: &Value) -> Vec<String> {
    let edges = connection["edges"].as_array().unwrap();
    edges.iter().map(|edge| edge["node"]["id"].as_str().unwrap().to_owned()).collect()
}
