//! Fifty cost as many statements as five.

use common::seed::{self, Bookmark};
use serde_json::{Value, json};

use crate::world::{START, Who, World, row};

const DOCUMENTS: &str = "query ($of: [_Any!]!) { _entities(representations: $of) { ... on Document {
    id category { name(language: EN) parent { slug } ancestors { slug } children { edges { node { slug } } } }
    organization { name } keywords { name documentCount } } } }";

const USERS: &str = "query ($of: [_Any!]!) { _entities(representations: $of) { ... on User {
    bookmarks(first: 2) { edges { node { note document { id category { slug } } } } pageInfo { hasNextPage } }
    savedSearches { edges { node { name } } } } } }";

async fn statements(world: &World, query: &str, of: Vec<Value>) -> (u64, Value) {
    let count = || world.stores.document_meta.statements() + world.stores.common.statements();
    let before = count();
    let data = world.data(Who::Administrator, query, json!({ "of": of })).await;
    (count() - before, data)
}

#[tokio::test]
async fn fifty_documents_and_fifty_users_cost_as_many_statements_as_five() {
    let world = World::new().await;
    let rows: Vec<_> = (0..50).map(row).collect();
    seed::documents(&world.stores, &rows, START).await.unwrap();
    let bookmark = |number: usize| Bookmark {
        id: format!("b{number:03}"),
        user_id: format!("user {}", number / 3),
        document_id: rows[number % 50].id.clone().unwrap(),
        note: Some(number.to_string()),
        created_at: START + i64::try_from(number).unwrap(),
        updated_at: START,
    };
    seed::bookmarks(&world.stores, &(0..150).map(bookmark).collect::<Vec<_>>()).await.unwrap();

    let documents = |count: usize| {
        rows[..count].iter().map(|row| json!({ "__typename": "Document", "id": row.id })).collect()
    };
    let users = |count: usize| {
        (0..count).map(|number| json!({ "__typename": "User", "id": format!("user {number}") })).collect()
    };
    for (query, few, many, most) in
        [(DOCUMENTS, documents(5), documents(50), 5), (USERS, users(5), users(50), 4)]
    {
        let (of_few, _) = statements(&world, query, few).await;
        let (of_many, data) = statements(&world, query, many).await;
        assert_eq!(of_few, of_many, "{query}");
        assert!(of_many <= most, "{of_many} statements for {query}");
        assert_eq!(data["_entities"].as_array().unwrap().len(), 50);
        assert!(!data["_entities"].as_array().unwrap().contains(&json!(null)));
    }
    let (_, data) = statements(&world, USERS, users(1)).await;
    let notes: Vec<&Value> = data["_entities"][0]["bookmarks"]["edges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edge| &edge["node"]["note"])
        .collect();
    assert_eq!(notes, [&json!("2"), &json!("1")]);
    assert_eq!(data["_entities"][0]["bookmarks"]["pageInfo"]["hasNextPage"], true);
}

#[tokio::test]
async fn a_document_says_where_it_is_filed_and_an_unknown_one_is_null() {
    let world = World::new().await;
    seed::documents(&world.stores, &[row(0)], START).await.unwrap();
    let of = vec![
        json!({ "__typename": "Document", "id": row(0).id }),
        json!({ "__typename": "Document", "id": "nothing" }),
        json!({ "__typename": "Category", "id": "nothing" }),
        json!({ "__typename": "Organization", "id": "nothing" }),
    ];
    let (_, data) = statements(&world, DOCUMENTS, of).await;
    let wanted = json!({
        "id": row(0).id,
        "category": { "name": "Energy", "parent": { "slug": "science" }, "ancestors": [{ "slug": "science" }],
                      "children": { "edges": [] } },
        "organization": { "name": "환경부" },
        "keywords": [{ "name": "낱말 0", "documentCount": 1 }, { "name": "공통", "documentCount": 1 }],
    });
    assert_eq!(data["_entities"], json!([wanted, null, null, null]));
}
