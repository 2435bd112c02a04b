//! Two servers over the same databases, asked at the same moment.

use std::collections::BTreeSet;

use common::store::outbox::{Claim, claim};
use futures::future::join_all;
use serde_json::{Value, json};
use stores::search::Collection;

use crate::world::{INGEST, Who, World, document};

const ROUNDS: usize = 6;

/// Asks both servers by turns, all at once; the payloads of one mutation.
async fn at_once(worlds: [&World; 2], who: Who, query: &str, name: &str, asked: Vec<Value>) -> Vec<Value> {
    let answers = asked
        .into_iter()
        .enumerate()
        .map(|(number, variables)| worlds[number % 2].data(who, query, variables));
    join_all(answers).await.into_iter().map(|mut data| data[name].take()).collect()
}

fn of_type(payloads: &[Value], name: &str) -> usize {
    payloads.iter().filter(|payload| payload["__typename"] == name).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_moves_at_once_make_no_circle() {
    let world = World::new().await;
    let second = world.second().await;
    let query = "mutation ($id: ID!, $parent: ID) { updateCategory(input: { id: $id, parentId: $parent }) { __typename } }";
    for round in 0..ROUNDS {
        for id in ["energy", "labour"] {
            world.data(Who::Administrator, query, json!({ "id": id, "parent": null })).await;
        }
        let moves = vec![
            json!({ "id": "energy", "parent": "labour" }),
            json!({ "id": "labour", "parent": "energy" }),
        ];
        let payloads = at_once([&world, &second], Who::Administrator, query, "updateCategory", moves).await;
        assert_eq!(of_type(&payloads, "UpdateCategorySuccess"), 1, "round {round}: {payloads:?}");
        assert_eq!(of_type(&payloads, "CategoryCannotMove"), 1, "round {round}: {payloads:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_comes_from_many_at_once_is_one_document() {
    let world = World::new().await;
    let second = world.second().await;
    for round in 0..ROUNDS {
        let page = |number: usize| {
            let mut input = document(&format!("쪽 {round}.{number}"));
            input["sourceUrl"] = format!("https://example.org/{round}").into();
            json!({ "key": format!("{round} {number}"), "input": input })
        };
        // Each comes twice: with another content every other time, and once more under the same key.
        let asked = (0..8).map(|number| page(number % 4)).collect();
        let payloads = at_once([&world, &second], Who::Operator, INGEST, "ingestDocument", asked).await;
        let ids: BTreeSet<_> =
            payloads.iter().map(|payload| payload["documentId"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), 1, "round {round}: {payloads:?}");
        let versions: BTreeSet<_> =
            payloads.iter().map(|payload| payload["version"].as_i64().unwrap()).collect();
        assert_eq!(versions, BTreeSet::from([1, 2, 3, 4]), "round {round}: {payloads:?}");
        for number in 0..4 {
            assert_eq!(payloads[number], payloads[number + 4], "the same request gets the same answer");
        }
    }
    world.indexer.drain().await.unwrap();
    world.assert_converged().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_of_one_document_at_once_each_get_a_version() {
    let world = World::new().await;
    let second = world.second().await;
    let id = world.ingest_new("문서").await;
    let query = "mutation ($id: ID!, $words: [String!]) { classifyDocument(input: { documentId: $id, keywords: $words }) \
                 { __typename } }";
    let asked: Vec<Value> =
        (0..8).map(|number| json!({ "id": id, "words": [format!("낱말 {number}")] })).collect();
    let payloads = at_once([&world, &second], Who::Operator, query, "classifyDocument", asked).await;
    assert_eq!(of_type(&payloads, "ClassifyDocumentSuccess"), 8, "{payloads:?}");
    let sql = "SELECT MAX(version) AS last, COUNT(DISTINCT version) AS versions FROM outbox";
    let row = world.stores.document_meta.query_optional(sql, &[]).await.unwrap().unwrap();
    assert_eq!((row.int("last").unwrap(), row.int("versions").unwrap()), (9, 9));
    let kept = world.stores.document_meta.query("SELECT keyword FROM document_keywords", &[]).await.unwrap();
    assert_eq!(kept.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bookmark_made_many_times_at_once_is_one() {
    let world = World::new().await;
    let second = world.second().await;
    let query = "mutation ($id: ID!) { addBookmark(documentId: $id) { __typename } }";
    for round in 0..ROUNDS {
        let id = world.ingest_new(&format!("문서 {round}")).await;
        let asked = (0..6).map(|_| json!({ "id": id })).collect();
        at_once([&world, &second], Who::Reader("reader-1"), query, "addBookmark", asked).await;
    }
    let row = world.stores.common.query_optional("SELECT COUNT(*) AS n FROM bookmarks", &[]).await.unwrap();
    assert_eq!(row.unwrap().int("n").unwrap(), i64::try_from(ROUNDS).unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_servers_each_entry_of_the_outbox_is_claimed_by_one() {
    let world = World::new().await;
    let second = world.second().await;
    let database = &world.stores.document_meta;
    for round in 0..ROUNDS {
        database.execute("DELETE FROM outbox", &[]).await.unwrap();
        let entry =
            "INSERT INTO outbox (document_id, collection, version, created_at) VALUES (?, 'politica', ?, 0)";
        for number in 0..40_i64 {
            let document = format!("document-{}", number % 10);
            database.execute(entry, stores::params![document, number]).await.unwrap();
        }
        let claims = (0..6).map(|number| {
            let database = if number % 2 == 0 { database } else { &second.stores.document_meta };
            async move {
                let by = format!("server-{number}");
                let collection = Collection::Politica;
                let wanted = Claim { collection, by: &by, now: 1, until: 100, limit: 7 };
                claim(database, &wanted).await.unwrap()
            }
        });
        let claimed = join_all(claims).await;
        let entries: Vec<i64> = claimed.iter().flatten().map(|entry| entry.sequence).collect();
        let distinct: BTreeSet<i64> = entries.iter().copied().collect();
        assert_eq!(entries.len(), distinct.len(), "round {round}: {claimed:?}");
        let holders: Vec<BTreeSet<&str>> = claimed
            .iter()
            .map(|entries| entries.iter().map(|entry| entry.document_id.as_str()).collect())
            .collect();
        let held: usize = holders.iter().map(BTreeSet::len).sum();
        let documents: BTreeSet<&str> = holders.iter().flatten().copied().collect();
        assert_eq!(held, documents.len(), "round {round}: a document is held by two: {claimed:?}");
    }
}
