//! What the load asks, and what each answer needs.

use serde_json::{Value, json};

use crate::load::{Asked, Client, Question};

/// All questions, for a system that holds the sample data.
pub async fn all(client: &Client) -> Vec<Question> {
    let document = value(client, "{ documents(first: 1) { edges { node { id } } } }").await;
    let document = document["documents"]["edges"][0]["node"]["id"].clone();
    let file = value(
        client,
        "{ search(first: 1) { edges { node { originalFile { downloadUrl(expiresInSeconds: 3600) } } } } }",
    )
    .await;
    let link = file["search"]["edges"][0]["node"]["originalFile"]["downloadUrl"].as_str().unwrap().to_owned();
    let operation = |query: &str, variables: Value| Asked::Operation(query.to_owned(), variables);
    let index = |name: &'static str, needs: &'static [&'static str], collection: &str| Question {
        name,
        needs,
        asked: operation(
            "query($c: [Collection!]) { search(first: 1, filter: { collections: $c }) { totalCount } }",
            json!({ "c": [collection] }),
        ),
    };
    let ingest = "mutation($i: IngestDocumentInput!) { ingestDocument(idempotencyKey: \"of the fault table\", input: $i) {
        __typename ... on IngestDocumentSuccess { documentId version } } }";
    let new = json!({ "i": {
        "collection": "SCREENING", "title": "고장 표", "body": "고장이 나도 한 번만 들어간다.", "language": "ko",
        "publishedAt": "2026-03-02T00:00:00Z", "sourceUrl": "http://example.com/fault-table",
    } });
    vec![
        Question {
            name: "me",
            needs: &["auth", "auth db"],
            asked: operation("{ me { id email } }", json!({})),
        },
        Question {
            name: "category",
            needs: &["common", "common db"],
            asked: operation("{ category(slug: \"climate-energy\") { id name } }", json!({})),
        },
        Question {
            name: "document",
            needs: &["document", "document_meta"],
            asked: operation("query($id: ID!) { document(id: $id) { id title } }", json!({ "id": document })),
        },
        index("search politica", &["document", "politica"], "POLITICA"),
        index("search screening", &["document", "screening"], "SCREENING"),
        index("search project", &["document", "project"], "PROJECT"),
        Question { name: "ingest again", needs: &["common", "document_meta"], asked: operation(ingest, new) },
        Question {
            name: "sources",
            needs: &["admin", "crawl_info"],
            asked: operation("{ crawlSources(first: 2) { edges { node { id name } } } }", json!({})),
        },
        Question { name: "download", needs: &["admin", "crawl_info", "nas"], asked: Asked::Download(link) },
    ]
}

async fn value(client: &Client, query: &str) -> Value {
    let request = client.http.post(format!("{}/graphql", client.gateway)).bearer_auth(&client.token);
    let answer: Value = request.json(&json!({ "query": query })).send().await.unwrap().json().await.unwrap();
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"].clone()
}
