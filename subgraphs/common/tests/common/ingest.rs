//! Taking documents in: once for each key, one document for each source, all or nothing.

use futures::future::join_all;
use serde_json::{Value, json};
use stores::sql::Dialect;

use crate::world::{START, Who, World, document};

fn with(mut base: Value, changes: Value) -> Value {
    for (key, value) in changes.as_object().unwrap() {
        base[key] = value.clone();
    }
    base
}

#[tokio::test]
async fn the_same_key_gets_the_same_answer_and_another_request_under_it_is_a_conflict() {
    let world = World::new().await;
    let first = world.ingest("k", document("하나")).await;
    assert_eq!((&first["outcome"], &first["version"]), (&json!("CREATED"), &json!(1)));
    assert_eq!(world.ingest("k", document("하나")).await, first);

    let conflict = world.ingest("k", document("둘")).await;
    assert_eq!(conflict["__typename"], "IdempotencyConflict");
    assert_eq!(conflict["documentId"], first["documentId"]);

    let change = with(document("하나, 새로"), json!({ "id": first["documentId"] }));
    assert_eq!(world.ingest("k2", change).await["outcome"], "UPDATED");
    assert_eq!(
        world.ingest("k", document("하나")).await,
        first,
        "the first answer, though there is a version 2 now"
    );
    world.indexer.drain().await.unwrap();
    world.assert_converged().await;
}

#[tokio::test]
async fn a_key_sent_many_times_at_once_makes_one_document() {
    let world = World::new().await;
    let answers = join_all((0..20).map(|_| world.ingest("k", document("하나")))).await;
    assert!(
        answers.iter().all(|answer| *answer == answers[0] && answer["outcome"] == "CREATED"),
        "{answers:#?}"
    );
    world.indexer.drain().await.unwrap();
    assert_eq!(world.index.found().len(), 1);
}

#[tokio::test]
async fn a_source_address_is_one_document_with_versions() {
    let world = World::new().await;
    let page = |title: &str| with(document(title), json!({ "sourceUrl": "https://me.example/1" }));
    let first = world.ingest("1", page("처음")).await;
    let same = world.ingest("2", page("처음")).await;
    let changed = world.ingest("3", page("바뀜")).await;
    let elsewhere =
        world.ingest("4", with(page("바뀜"), json!({ "collection": "SCREENING", "policy": null }))).await;
    let outcome = |answer: &Value| (answer["outcome"].clone(), answer["version"].clone());
    assert_eq!(outcome(&same), (json!("UNCHANGED"), json!(1)));
    assert_eq!(outcome(&changed), (json!("UPDATED"), json!(2)));
    assert_eq!(outcome(&elsewhere), (json!("CREATED"), json!(1)));
    assert_eq!(changed["documentId"], first["documentId"]);
    assert_ne!(elsewhere["documentId"], first["documentId"]);

    let id = first["documentId"].as_str().unwrap();
    let delete = "mutation ($id: ID!) { deleteDocument(documentId: $id) { ... on DeleteDocumentSuccess { version } } }";
    let deleted = world.data(Who::Operator, delete, json!({ "id": id })).await;
    assert_eq!(deleted["deleteDocument"]["version"], 3);
    assert_eq!(world.ingest("5", page("다시")).await["__typename"], "DocumentWasDeleted");
    world.indexer.drain().await.unwrap();
    world.assert_converged().await;
}

#[tokio::test]
async fn what_the_sender_leaves_out_stays_as_an_operator_filed_it() {
    let world = World::new().await;
    let bare = json!({ "collection": "PROJECT", "title": "t", "body": "b", "language": "en",
                       "publishedAt": "2026-05-01T00:00:00Z", "sourceUrl": "https://me.example/2" });
    let id = world.ingest("1", bare.clone()).await["documentId"].as_str().unwrap().to_owned();
    let classify = "mutation ($input: ClassifyDocumentInput!) { classifyDocument(input: $input) { __typename
        ... on ClassifyDocumentSuccess { version document { category { slug } organization { slug } keywords { name } } } } }";
    let input = json!({ "documentId": id, "categoryId": "labour", "organizationId": "moel", "keywords": [" 고용 ", "고용"] });
    let filed = world.data(Who::Operator, classify, json!({ "input": input })).await;
    let wanted = json!({ "category": { "slug": "labour" }, "organization": { "slug": "moel" }, "keywords": [{ "name": "고용" }] });
    assert_eq!(filed["classifyDocument"]["document"], wanted);
    assert_eq!(world.ingest("2", with(bare, json!({ "body": "새 본문" }))).await["version"], 3);
    world.indexer.drain().await.unwrap();
    let indexed = world.index.get(&id).unwrap();
    assert_eq!(
        (indexed.category_ids, indexed.keywords),
        (vec!["labour".to_owned()], vec!["고용".to_owned()])
    );
    assert_eq!(indexed.organization_id.as_deref(), Some("moel"));

    for (input, wanted) in [
        (json!({ "documentId": id, "categoryId": "nowhere" }), "CategoryNotFound"),
        (json!({ "documentId": id, "organizationId": "nobody" }), "OrganizationNotFound"),
        (json!({ "documentId": "none" }), "DocumentNotFound"),
        (json!({ "documentId": id, "keywords": [" "] }), "InvalidFields"),
    ] {
        let payload = world.data(Who::Operator, classify, json!({ "input": input })).await;
        assert_eq!(payload["classifyDocument"]["__typename"], wanted);
    }
}

#[tokio::test]
async fn input_that_is_not_acceptable_is_named_field_by_field_and_leaves_nothing() {
    let world = World::new().await;
    let id = world.ingest_new("in politica").await;
    let many: Vec<String> = (0..51).map(|number| number.to_string()).collect();
    let cases = [
        (json!({ "title": "  " }), "title"),
        (json!({ "title": "a".repeat(501) }), "title"),
        (json!({ "title": "a\u{0}b" }), "title"),
        (json!({ "language": "Korean" }), "language"),
        (json!({ "sourceUrl": "javascript:alert(1)" }), "sourceUrl"),
        (json!({ "keywords": many }), "keywords"),
        (json!({ "keywords": [""] }), "keywords"),
        (json!({ "id": "not-a-uuid" }), "id"),
        (json!({ "project": { "lead": "x" } }), "project"),
        (json!({ "categoryId": "nowhere" }), "categoryId"),
        (json!({ "organizationId": "nobody" }), "organizationId"),
        (json!({ "id": id, "collection": "PROJECT", "policy": null }), "collection"),
    ];
    for (number, (change, field)) in cases.into_iter().enumerate() {
        let payload = world.ingest(&format!("bad {number}"), with(document("x"), change)).await;
        assert_eq!(payload["problems"][0]["field"], field, "{payload}");
    }
    world.indexer.drain().await.unwrap();
    assert_eq!(world.index.found().len(), 1);
}

#[tokio::test]
async fn a_failure_in_the_middle_leaves_neither_row_nor_key_and_tells_nothing_internal() {
    let world = World::new().await;
    let database = &world.stores.document_meta;
    let tables = ["documents", "document_keywords", "outbox", "ingests"];
    for table in tables {
        let refuse = match database.dialect() {
            Dialect::Sqlite => "BEGIN SELECT RAISE(ABORT, 'secret'); END",
            Dialect::MySql => "FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'secret'",
        };
        let sql = format!("CREATE TRIGGER broken BEFORE INSERT ON {table} {refuse}");
        database.execute(&sql, &[]).await.unwrap();
        let variables = json!({ "key": "k", "input": document("하나") });
        let answer = world.ask(Who::Operator, crate::world::INGEST, variables).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "INTERNAL_SERVER_ERROR", "{answer}");
        assert!(!answer.to_string().contains("secret"), "{answer}");
        database.execute("DROP TRIGGER broken", &[]).await.unwrap();
        for table in tables {
            let count =
                database.query_optional(&format!("SELECT COUNT(*) AS n FROM {table}"), &[]).await.unwrap();
            assert_eq!(count.unwrap().int("n").unwrap(), 0, "{table}");
        }
    }
    assert_eq!(world.ingest("k", document("하나")).await["outcome"], "CREATED");
}

#[tokio::test]
async fn two_hundred_documents_are_seeded_and_seeding_twice_is_once() {
    let world = World::new().await;
    let rows: Vec<_> = (0..200).map(crate::world::row).collect();
    common::seed::documents(&world.stores, &rows, START).await.unwrap();
    common::seed::documents(&world.stores, &rows, START).await.unwrap();
    common::seed::index(&world.stores).await.unwrap();
    world.assert_converged().await;
    assert_eq!(world.index.found().len(), 200);
}

#[tokio::test]
async fn answers_are_kept_for_a_time_and_then_forgotten() {
    let world = World::new().await;
    let first = world.ingest("k", document("하나")).await;
    let day = std::time::Duration::from_secs(86_400);
    for (days, remembered) in [(89, true), (2, false)] {
        world.clock.advance(day * days);
        world.indexer.drain().await.unwrap();
        let again = world.ingest("k", document("하나")).await;
        assert_eq!(again["documentId"] == first["documentId"], remembered, "after {days} more days");
    }
}
