//! Admin and the real common in one process: what is handed over is what common takes in.

use std::collections::BTreeMap;
use std::sync::Arc;

use admin::common_client::{CommonClient, Handed, NewDocument};
use service::{Secret, SharedKeys};
use stores::search::embedded;
use stores::sql::Database;
use test_stores::TestStores;

use crate::fake_common::CREDENTIAL;

async fn common(of_the_test: &TestStores) -> (CommonClient, Database) {
    let folder = of_the_test.folder();
    let search = Arc::new(embedded::open_writer(&folder.join("search")).unwrap());
    let stores = common::Stores {
        document_meta: of_the_test.database("document_meta").await,
        common: of_the_test.database("common").await,
        search_reader: search.clone(),
        search_writer: search,
    };
    let callers = BTreeMap::from([("admin".to_owned(), Secret::from(CREDENTIAL))]);
    let server = service::Settings::in_process(folder, callers, SharedKeys::default());
    let settings = common::Settings { server, ..common::Settings::default() };
    let server = common::build(settings, stores.clone()).await.unwrap();
    (CommonClient::in_process(server.router, Secret::from(CREDENTIAL)), stores.document_meta)
}

fn document() -> NewDocument {
    NewDocument {
        collection: "POLITICA".into(),
        title: "예산안".into(),
        summary: None,
        body: "내년도 예산안".into(),
        language: "ko".into(),
        author: None,
        source_url: "https://site.kr/1".into(),
        published_at: "2026-03-02T00:00:00Z".into(),
        category_id: None,
        organization_id: None,
    }
}

#[tokio::test]
async fn common_understands_what_it_is_handed_and_takes_it_in_once() {
    let of_the_test = TestStores::new();
    let (client, document_meta) = common(&of_the_test).await;
    let first = client.ingest(&document(), "k1").await.unwrap();
    let Handed::Taken { document_id } = &first else { panic!("{first:?}") };
    assert_eq!(client.ingest(&document(), "k1").await.unwrap(), first, "the same request again");
    let changed = NewDocument { body: "바뀐 예산안".into(), ..document() };
    assert_eq!(client.ingest(&changed, "k1").await.unwrap(), Handed::Conflict);
    assert_eq!(client.ingest(&changed, "k2").await.unwrap(), first, "a new version of the same page");
    let rows = document_meta.query("SELECT id, version FROM documents", &[]).await.unwrap();
    assert_eq!((rows.len(), rows[0].text("id").unwrap()), (1, document_id.clone()));
    let invalid =
        NewDocument { language: "Korean".into(), category_id: Some("nowhere".into()), ..document() };
    let Handed::Invalid(why) = client.ingest(&invalid, "k3").await.unwrap() else { panic!("it is invalid") };
    assert!(why.contains("language"), "{why}");
}
