//! A store that is down takes its fields and no others.

use crate::world::{World, documents};
use document::Stores;
use serde_json::{Value, json};
use stores::search::{Connection, open_reader};

const ALL: &str =
    "{ document(id: \"d000\") { title body similar { id } } documents(first: 1) { edges { node { id } } }
  search(text: \"예산\") { totalCount } suggest(prefix: \"예\") }";

fn codes(answer: &Value) -> Vec<(String, Value)> {
    let errors = answer["errors"].as_array().unwrap();
    let code =
        |error: &Value| (error["extensions"]["code"].as_str().unwrap().to_owned(), error["path"].clone());
    let mut codes: Vec<_> = errors.iter().map(code).collect();
    codes.sort_by_key(|(_, path)| path.to_string());
    codes
}

#[tokio::test]
async fn without_the_search_engine_documents_are_still_read() {
    let mut world = World::with(&documents(2)).await;
    let nowhere = tempfile::tempdir().unwrap();
    let at_a_closed_port =
        Connection { urls: vec!["http://127.0.0.1:1".to_owned()], ..Connection::default() };
    for engine in [None, Some(&at_a_closed_port)] {
        let search = open_reader(engine, &nowhere.path().join("missing")).unwrap();
        let stores = Stores { search, ..world.stores.clone() };
        world.schema = document::schema(&stores);
        only_documents_are_read(&world, &nowhere.path().display().to_string()).await;
    }
}

async fn only_documents_are_read(world: &World, nowhere: &str) {
    let answer = world.answer(ALL, json!({})).await;
    let unavailable = |path: Value| ("STORE_UNAVAILABLE".to_owned(), path);
    assert_eq!(
        codes(&answer),
        [
            unavailable(json!(["document", "similar"])),
            unavailable(json!(["search"])),
            unavailable(json!(["suggest"]))
        ]
    );
    assert_eq!(answer["data"]["document"]["title"], "예산안 심의 0호");
    assert_eq!(answer["data"]["document"]["similar"], Value::Null);
    assert_eq!(answer["data"]["documents"]["edges"][0]["node"]["id"], "d001");
    for inside in [nowhere, "127.0.0.1", "refused", "status"] {
        assert!(!answer.to_string().contains(inside), "{inside} in {answer}");
    }
}

#[tokio::test]
async fn without_document_meta_suggestions_are_still_given() {
    let world = World::with(&documents(2)).await;
    world.stores.document_meta.close().await;
    let query = "{ document(id: \"d000\") { id } documents { totalCount } suggest(prefix: \"예\")
      search(text: \"예산\") { totalCount } found: search(text: \"예산\") { edges { cursor } } }";
    let answer = world.answer(query, json!({})).await;
    let paths = [json!(["document"]), json!(["documents"]), json!(["found", "edges"])];
    assert_eq!(codes(&answer), paths.map(|path| ("STORE_UNAVAILABLE".to_owned(), path)));
    assert_eq!(
        answer["data"],
        json!({"document": null, "documents": null, "suggest": ["예산안 심의 0호"], "search": {"totalCount": 2}, "found": null})
    );
    for word in ["sqlite", "document_meta", "closed", "SELECT"] {
        assert!(!answer.to_string().contains(word), "{word} in {answer}");
    }
}
